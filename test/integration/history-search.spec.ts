import { DataSource } from 'typeorm';
import { filterOf } from '../../src/delivery/api/history-query.js';
import type { EventQuery } from '../../src/delivery/api/dto/delivery-query.js';
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../src/delivery/domain/delivery-state.js';
import { HistorySearchRepository } from '../../src/delivery/storage/history-search.repository.js';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { PartitionKeeper } from '../../src/shared/database/partition-keeper.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import { placeOf, toTwoWayPage, type TwoWayPage } from '../../src/shared/http/two-way-page.js';
import { toPublicId } from '../../src/shared/ids/public-id.js';
import { newUuid, uuidTimeMs, type Uuid } from '../../src/shared/ids/uuid.js';
import { DELIVERIES, EVENTS } from '../../src/shared/search/listed.js';
import { Clock } from '../../src/shared/time/clock.js';
import { chances } from '../support/chances.js';
import { aPastEvent, Past, type PastDelivery, type PastEvent } from '../support/past-events.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DAY_MS = 86_400_000;
const NOW = Date.now();
const TENANT = 'acme';
const TYPES = ['order.created', 'order.paid', 'order.item.added', 'orders', 'order', 'invoice.sent'];
const TAGS = ['a', 'b', 'null'];
const REPLAY = newUuid(NOW);
const HOSTS = ['one.example', 'two.example', '[2606:4700::1111]'];

class FixedClock extends Clock {
  constructor(private readonly stepMs: number) {
    super();
  }

  private elapsedMs = 0;

  nowMs(): number {
    return NOW;
  }

  /** Each look at the clock takes `stepMs`. */
  monotonicMs(): number {
    this.elapsedMs += this.stepMs;
    return this.elapsedMs;
  }
}

type Query = Omit<EventQuery, 'limit'>;

describe('a search of the history, on real PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tenants: TenantDatabase;
  let events: PastEvent[];
  const hostOf = new Map<Uuid, string>();
  const replayed = new Set<Uuid>();

  const outcome = (pick: <T>(list: readonly T[]) => T): Omit<PastDelivery, 'id'> => {
    const status = pick(DELIVERY_STATUSES);
    const failure = pick([{ statusCode: 503, errorCode: 'bad_status' }, { statusCode: 404, errorCode: 'bad_status' }, { statusCode: null, errorCode: 'timeout' }]); // prettier-ignore
    const result: Record<DeliveryStatus, Pick<PastDelivery, 'statusCode' | 'errorCode'>> = {
      pending: { statusCode: null, errorCode: null },
      retrying: failure,
      in_flight: failure,
      delivered: { statusCode: pick([200, 204]), errorCode: null },
      failed: failure,
      cancelled: { statusCode: null, errorCode: 'cancelled' },
    };
    return { subscriptionId: pick([...hostOf.keys()]), status, ...result[status] };
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource(
      dataSourceOptions({ databaseUrl: database.url, databasePoolSize: 2 }),
    ).initialize();
    tenants = new TenantDatabase(dataSource, new ApiConnections({ databasePoolSize: 2 }));
    const keeper = new PartitionKeeper(dataSource);
    for (const days of [0, 7, 14, 21, 28]) await keeper.makeAhead(new Date(NOW - days * DAY_MS));
    const past = new Past(database);
    for (let n = 0; n < 7; n += 1) {
      const host = HOSTS[n % HOSTS.length]!;
      hostOf.set(await past.subscription(TENANT, `https://${host}${n === 3 ? ':8443' : ''}/hook?n=${n}`), host);
    }
    const next = chances(16);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
    events = Array.from({ length: 250 }, (_, n) =>
      aPastEvent({
        tenantId: TENANT,
        atMs: NOW + DAY_MS - Math.floor(next() ** 2 * 27 * DAY_MS),
        type: pick(TYPES),
        tags: TAGS.filter(() => next() < 0.2),
        idempotencyKey: next() < 0.2 ? `key-${n % 9}` : null,
        deliveries: Array.from({ length: Math.floor(next() * 5) }, () => outcome(pick)),
      }),
    );
    const foreign = await past.subscription('globex', 'https://one.example/');
    const others = Array.from({ length: 200 }, () =>
      aPastEvent({
        tenantId: 'globex',
        tags: ['a'],
        idempotencyKey: 'key-1',
        deliveries: [{ subscriptionId: foreign }],
      }),
    );
    await past.store([...events, ...others]);
    const kept = await database.query<{ delivery_id: Uuid }>(
      `insert into replayed_deliveries (delivery_id, replay_id, tenant_id, event_id, subscription_id)
       select id, $1, tenant_id, event_id, subscription_id from (
         select id, tenant_id, event_id, subscription_id from deliveries
         union all select id, tenant_id, event_id, subscription_id from open_deliveries) d
       where get_byte(uuid_send(id), 9) % 3 = 0 on conflict do nothing returning delivery_id`,
      [REPLAY],
    );
    for (const { delivery_id } of kept) replayed.add(delivery_id);
    await database.query('analyze');
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const search = (clock: Clock = new FixedClock(0)): HistorySearchRepository =>
    new HistorySearchRepository(tenants, clock, { retentionDays: 30 });

  /** A page of ids, as the API makes it. */
  const pageOf = async (
    list: 'deliveries' | 'events',
    query: Query,
    { limit, cursor, clock }: { limit: number; cursor?: string | null; clock?: Clock },
  ): Promise<TwoWayPage<Uuid>> => {
    const place = placeOf(cursor ?? undefined);
    const filter = filterOf({ ...query, limit }, place);
    const order = { direction: place.direction, limit };
    if (list === 'deliveries') {
      const { matches, rows } = await search(clock).findDeliveries(TENANT, filter, order);
      return toTwoWayPage(place, matches, DELIVERIES, rows.map(({ id }) => id)); // prettier-ignore
    }
    const matches = await search(clock).findEvents(TENANT, filter, order);
    return toTwoWayPage(place, matches, EVENTS, matches.ids.toSorted().toReversed());
  };

  const walk = async (
    list: 'deliveries' | 'events',
    query: Query,
    { limit, from, towards, clock }: { limit: number; from?: string | null; towards: 'next_cursor' | 'prev_cursor'; clock?: Clock }, // prettier-ignore
  ): Promise<{ pages: TwoWayPage<Uuid>[] }> => {
    const pages: TwoWayPage<Uuid>[] = [];
    for (let cursor = from; cursor !== null; cursor = pages.at(-1)![towards]) {
      pages.push(
        await pageOf(list, query, { limit, ...(cursor !== undefined && { cursor }), ...(clock && { clock }) }),
      );
      if (pages.length > 3000) throw new Error('The list has no end');
    }
    return { pages };
  };

  const isOfType = (type: string, pattern: string): boolean =>
    pattern === '*' || (pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern);

  const isWanted = (event: PastEvent, query: Query): boolean => {
    const at = uuidTimeMs(event.id);
    return (
      (query.event_type === undefined || isOfType(event.type, query.event_type)) &&
      (query.tag === undefined || event.tags.includes(query.tag)) &&
      (query.idempotency_key === undefined || event.idempotencyKey === query.idempotency_key) &&
      (query.event_id === undefined || toPublicId('evt', event.id) === query.event_id) &&
      (query.since === undefined || at >= Date.parse(query.since)) &&
      (query.until === undefined || at < Date.parse(query.until)) &&
      (query.deliveries === undefined || event.deliveries.length === 0)
    );
  };
  const isWantedDelivery = (delivery: PastDelivery, query: Query): boolean => {
    const { status_code: code, target_host: host } = query;
    const codeText = delivery.statusCode === null ? '' : `${delivery.statusCode}`;
    return (
      (query.status === undefined || query.status.split(',').includes(delivery.status)) &&
      (code === undefined || codeText === code || (code.endsWith('xx') && codeText.startsWith(code[0]!))) &&
      (query.error_code === undefined || delivery.errorCode === query.error_code) &&
      (query.replay_id === undefined || replayed.has(delivery.id)) &&
      (query.subscription_id === undefined || toPublicId('sub', delivery.subscriptionId) === query.subscription_id) &&
      (host === undefined || hostOf.get(delivery.subscriptionId) === host)
    );
  };
  const expected = (list: 'deliveries' | 'events', query: Query): Uuid[] => {
    const {
      status,
      status_code: code,
      error_code: error,
      subscription_id: sub,
      target_host: host,
      replay_id: replay,
    } = query;
    const needsDelivery = [status, code, error, sub, host, replay].some((each) => each !== undefined);
    const found = events.filter((event) => isWanted(event, query)).flatMap((event) => {
      const matching = event.deliveries.filter((each) => isWantedDelivery(each, query)).map(({ id }) => id);
      if (list === 'deliveries') return matching;
      return !needsDelivery || matching.length > 0 ? [event.id] : [];
    }); // prettier-ignore
    return found.sort().reverse();
  };

  const choices = (): Record<keyof Omit<Query, 'cursor' | 'tenant_id' | 'deliveries'>, readonly string[]> => ({
    subscription_id: [...hostOf.keys()].slice(0, 3).map((id) => toPublicId('sub', id)),
    target_host: HOSTS,
    event_type: ['order.created', 'order.*', '*', 'order', 'none.such'],
    status: ['failed', 'pending', 'retrying,in_flight', 'delivered', 'failed,cancelled,pending', 'delivered,retrying'],
    status_code: ['503', '5xx', '2xx', '404'],
    error_code: ['timeout', 'bad_status', 'cancelled'],
    tag: TAGS,
    idempotency_key: ['key-1', 'key-2'],
    replay_id: [toPublicId('rpl', REPLAY)],
    event_id: events.slice(0, 3).map(({ id }) => toPublicId('evt', id)),
    since: [new Date(NOW - 3 * DAY_MS).toISOString(), new Date(NOW - 20 * DAY_MS).toISOString()],
    until: [new Date(NOW - DAY_MS).toISOString(), new Date(NOW).toISOString()],
  });

  /** Filters of one, two and more conditions, without those that contradict each other. */
  const queries = (): Query[] => {
    const all = choices();
    const names = Object.keys(all) as (keyof typeof all)[];
    const singles = names.flatMap((name) => all[name].map((value): Query => ({ [name]: value })));
    const next = chances(7);
    const some = Array.from({ length: 60 }, () => {
      const query: Record<string, string> = {};
      for (const name of names) {
        if (next() < 0.22) query[name] = all[name][Math.floor(next() * all[name].length)]!;
      }
      return query;
    });
    return [{}, ...singles, ...some].filter((query) => {
      try {
        filterOf({ ...query, limit: 1 }, placeOf(undefined));
        return true;
      } catch {
        return false;
      }
    });
  };

  it.each(['deliveries', 'events'] as const)(
    'finds the %s that meet all conditions, newest first, page by page and back',
    async (list) => {
      let found = 0;
      for (const [n, query] of queries().entries()) {
        const limit = [11, 29, 200][n % 3]!;
        const wanted = expected(list, query);
        const { pages } = await walk(list, query, { limit, towards: 'next_cursor' });
        const ids = pages.flatMap(({ data }) => data);
        expect({ query, ids }).toEqual({ query, ids: wanted });
        expect(pages.slice(0, -1).every(({ data, has_more: more }) => more && data.length === limit)).toBe(true);
        expect(pages.at(-1)).toMatchObject({ has_more: false, next_cursor: null });
        expect(pages[0]!.prev_cursor).toBeNull();
        found += wanted.length;
        const last = pages.at(-1)!;
        if (pages.length === 1) continue;
        const back = await walk(list, query, { limit, from: last.prev_cursor, towards: 'prev_cursor' });
        const upwards = back.pages.toReversed().flatMap(({ data }) => data);
        expect({ query, ids: [...upwards, ...last.data] }).toEqual({ query, ids: wanted });
      }
      expect(found).toBeGreaterThan(500);
    },
  );

  it.each(['deliveries', 'events'] as const)(
    'finds all %s once, though each page has time for a single step',
    async (list) => {
      for (const query of queries().filter((_, n) => n % 3 === 0)) {
        const clock = new FixedClock(50);
        const { pages } = await walk(list, query, { limit: 40, towards: 'next_cursor', clock });
        expect({ query, ids: pages.flatMap(({ data }) => data) }).toEqual({ query, ids: expected(list, query) });
      }
    },
  );

  it('finds events that reached nobody', async () => {
    for (const query of [
      { deliveries: '0' },
      { deliveries: '0', event_type: 'order.*' },
      { deliveries: '0', tag: 'a' },
    ] as const) {
      // prettier-ignore
      const { pages } = await walk('events', query, { limit: 20, towards: 'next_cursor' });
      const ids = pages.flatMap(({ data }) => data);
      expect(ids).toEqual(expected('events', query));
      expect(ids.length).toBeGreaterThan(0);
    }
  });

  it('finds everything of a tenant with more types, subscriptions and targets of one host than are merged', async () => {
    const past = new Past(database);
    const own: PastEvent[] = [];
    for (let n = 0; n < 210; n += 1) {
      const subscriptionId = await past.subscription('wide', `https://many.example/${n}`);
      const deliveries = [{ subscriptionId, status: n % 2 === 0 ? ('pending' as const) : ('delivered' as const) }];
      own.push(aPastEvent({ tenantId: 'wide', type: `t.${n}`, atMs: NOW - n * 1000, deliveries }));
    }
    const foreign = await past.subscription('narrow', 'https://many.example/');
    const others = own.map((_, n) =>
      aPastEvent({ tenantId: 'narrow', type: 't.0', atMs: NOW - n * 1000, deliveries: [{ subscriptionId: foreign }] }),
    );
    await past.store([...own, ...others]);
    const idsOf = (of: readonly PastEvent[]): Uuid[] => of.map(({ deliveries }) => deliveries[0]!.id).sort().reverse(); // prettier-ignore
    const find = async (query: Query): Promise<readonly Uuid[]> => {
      const filter = filterOf({ ...query, limit: 200 }, placeOf(undefined));
      const { matches } = await search().findDeliveries('wide', filter, { direction: 'older', limit: 200 });
      return matches.ids;
    };

    const pending = own.filter((_, n) => n % 2 === 0);
    for (const query of [{}, { event_type: 't.*' }, { target_host: 'many.example' }]) {
      expect(await find(query)).toEqual(idsOf(own).slice(0, 200));
    }
    for (const query of [{}, { event_type: 't.*' }, { target_host: 'many.example' }]) {
      expect(await find({ ...query, status: 'pending' })).toEqual(idsOf(pending));
    }
  });
});
