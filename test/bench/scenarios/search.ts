import { toPublicId } from '../../../src/shared/ids/public-id.js';
import type { Bed } from '../bed.js';
import { joined, type Measured, type Notes, round, target } from '../measure.js';
import { type Scenario, scaled } from '../scenario.js';
import { makeSearchPast, type SearchPast, subscriptionUuid } from './search-past.js';

const DELIVERIES = 10_000_000;
const OPEN = 1_000_000;
const ROUNDS = 40;
/** Requests of each kind before the measured ones: connections and the plans of a new process. */
const WARM_UP = 2;
/** The dashboard offers these searches, and the targets of both kinds are for 95 of 100. */
const MOST_MS = { offered: 50, other: 150 } as const;

interface Search {
  readonly name: string;
  readonly isOffered: boolean;
  /** Path and query of the n-th request. */
  readonly request: (n: number) => string;
}

/**
 * Searches ten million deliveries of a thousand tenants, of which one has half, and a million unfinished ones. Requests
 * come one at a time and in turns from the large tenant and from small ones.
 */
export const search: Scenario = {
  layouts: ['one'],
  diskGb: 14,
  async run(trial): Promise<Measured> {
    const { bed } = trial;
    const past = await makeSearchPast(bed, {
      deliveries: scaled(trial, DELIVERIES, 6000),
      open: scaled(trial, OPEN, 600),
    });
    const rounds = scaled(trial, ROUNDS, 4);
    const searches = searchesOf(past);
    for (const { request } of searches) for (let n = 0; n < WARM_UP; n += 1) await ask(bed, request(n));
    const meter = bed.meter();
    const startedAt = performance.now();
    const notes: Notes[] = [];
    for (const each of searches) notes.push(await measured(bed, each, rounds));
    const asked = searches.length * rounds;
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      scenario: trial.scenario,
      deliveries_per_second: Math.round(asked / seconds),
      cpu_us_per_delivery: meter.usPerDelivery(asked),
      ingest_ms: null,
      end_to_end_ms: null,
      rss_mb: bed.memoryMb(),
      notes: {
        'deliveries, of which unfinished': `${past.deliveries}, ${past.open}`,
        'MB of the database': past.databaseMb,
        ...joined(notes),
      },
    };
  },
};

interface Answer {
  readonly ms: number;
  /** Whether the page is full, or the last one. */
  readonly isWhole: boolean;
}

async function measured(bed: Bed, { name, isOffered, request }: Search, rounds: number): Promise<Notes> {
  const answers: Answer[] = [];
  for (let n = 0; n < rounds; n += 1) answers.push(await ask(bed, request(n)));
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number): number => round(times[Math.min(rounds - 1, Math.floor(rounds * share))]!, 1);
  const whole = Math.round((answers.filter(({ isWhole }) => isWhole).length / rounds) * 100);
  const most = isOffered ? MOST_MS.offered : MOST_MS.other;
  const seen = `p50 ${at(0.5)}, p95 ${at(0.95)} ms; ${whole} % of the pages whole`;
  return target(`${name}: p95 <= ${most} ms`, at(0.95) <= most, seen);
}

async function ask(bed: Bed, path: string): Promise<Answer> {
  const startedAt = performance.now();
  const page = (await (await bed.call('GET', path)).json()) as { data: unknown[]; has_more: boolean };
  return { ms: performance.now() - startedAt, isWhole: !page.has_more || page.data.length === 50 };
}

/** The large tenant in every second request, and then another small one. */
const tenantOf = (n: number): number => (n % 2 === 0 ? 0 : 1 + ((n * 37) % 999));

type Query = (n: number, tenant: number) => string;

const deliveries = (name: string, query: Query, isOffered = true): Search => ({
  name,
  isOffered,
  request: (n) => `/deliveries?tenant_id=t${tenantOf(n)}&${query(n, tenantOf(n))}`,
});
const events = (name: string, query: Query): Search => ({
  name: `events, ${name}`,
  isOffered: true,
  request: (n) => `/events?tenant_id=t${tenantOf(n)}&${query(n, tenantOf(n))}`,
});
const both =
  (...queries: Query[]): Query =>
  (n, tenant) =>
    queries.map((query) => query(n, tenant)).join('&');

const subscription: Query = (n, tenant) =>
  `subscription_id=${toPublicId('sub', subscriptionUuid(tenant, tenant === 0 ? (n * 7) % 1000 : n % 5))}`;
const type: Query = (n) => `event_type=order.type${(n * 3) % 19}`;
const rareType: Query = () => 'event_type=rare.event';
const status: Query = (n) => `status=${['failed', 'cancelled', 'delivered'][n % 3]}`;
const unfinished: Query = (n) => `status=${['pending', 'retrying', 'in_flight'][n % 3]}`;
const host: Query = (n, tenant) => `target_host=host${tenant === 0 ? n % 50 : 0}.example`;

/** What the dashboard offers. */
function offered(tag: Query, key: Query, hour: Query): Search[] {
  return [
    deliveries('nothing', () => ''),
    deliveries('subscription', subscription),
    deliveries('type', type),
    deliveries('rare type', rareType),
    deliveries('pattern', () => 'event_type=order.*'),
    deliveries('failed', () => 'status=failed'),
    deliveries('cancelled', () => 'status=cancelled'),
    deliveries('delivered', () => 'status=delivered'),
    deliveries('unfinished', unfinished),
    deliveries('failed or retrying', () => 'status=failed,retrying'),
    deliveries('status code', () => 'status_code=503'),
    deliveries('class of codes', (n) => `status_code=${n % 2 === 0 ? 4 : 5}xx`),
    deliveries('error code', () => 'error_code=timeout'),
    deliveries('tag', tag),
    deliveries('idempotency key', key),
    deliveries('time', hour),
    deliveries('host', host),
    deliveries('subscription and status', both(subscription, status)),
    deliveries('subscription, unfinished', both(subscription, unfinished)),
    deliveries('type and status', both(type, status)),
    deliveries('type, unfinished', both(type, unfinished)),
    deliveries('status and time', both(status, hour)),
    events('nothing', () => ''),
    events('type', type),
    events('tag', tag),
    events('reached nobody', () => 'deliveries=0'),
    events('subscription', subscription),
    events('failed', () => 'status=failed'),
  ];
}

/** Rarer combinations, and those that find little or nothing. */
function others(tag: Query): Search[] {
  return [
    deliveries('subscription and type', both(subscription, type), false),
    deliveries('subscription and rare type', both(subscription, rareType), false),
    deliveries('rare type and status', both(rareType, status), false),
    deliveries('pattern and code', () => 'event_type=order.*&status_code=503', false),
    deliveries(
      'host and error',
      both(host, () => 'error_code=timeout'),
      false,
    ),
    deliveries('error that nobody has', () => 'error_code=tls_failure', false),
    deliveries('type that nobody has', () => 'event_type=no.such', false),
    deliveries('tag and status', both(tag, status), false),
  ];
}

function searchesOf({ labels, fromMs }: SearchPast): Search[] {
  const label: Query = (n, tenant) => labels[tenant === 0 ? 'large' : 'small'][n % 20] ?? '0';
  const hour: Query = (n) => {
    const from = fromMs + ((n * 17) % 29) * 86_400_000 + 36_000_000;
    return `since=${new Date(from).toISOString()}&until=${new Date(from + 3_600_000).toISOString()}`;
  };
  const tag: Query = (n, tenant) => `tag=order-${label(n, tenant)}`;
  return [...offered(tag, (n, tenant) => `idempotency_key=key-${label(n, tenant)}`, hour), ...others(tag)];
}
