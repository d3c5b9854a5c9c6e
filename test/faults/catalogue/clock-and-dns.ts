import { STATE } from '../../../src/delivery/domain/delivery-state.js';
import { parsePublicId } from '../../../src/shared/ids/public-id.js';
import type { Fault, Finding, Run } from '../fault.js';
import { type FaultyNames, setNames } from '../faulty-names.js';
import { atMost, isTrue, lagsMs, percentile } from '../figures.js';

const SHIFT_SECONDS = 600;
/** Of the first and of the longest retry, with their jitter; and what a scan and a busy machine add. */
const SHORTEST_RETRY_MS = 200 * 0.8;
const LONGEST_RETRY_MS = 2000 * 1.2;
const LATE_MS = 3000;

/** Milliseconds from the end of an attempt to the beginning of the next one of its delivery. */
function retryWaitsMs({ received }: Run): number[] {
  const byDelivery = Map.groupBy(received, ({ deliveryId }) => deliveryId);
  return [...byDelivery.values()].flatMap((requests) => {
    const inOrder = requests.toSorted((a, b) => a.attempt - b.attempt);
    return inOrder.slice(1).map(({ startedAt }, n) => startedAt - (inOrder[n]!.endedAt ?? startedAt));
  });
}

export const shiftedClocks: Fault = {
  number: 18,
  name: 'clock of the workers 10 min fast, 10 min slow',
  full: { events: 2000, perSecond: 100, rounds: 10 },
  ground: {
    preloads: ['shifted-clock'],
    workers: [{ CLOCK_SHIFT_SECONDS: `${SHIFT_SECONDS}` }, { CLOCK_SHIFT_SECONDS: `-${SHIFT_SECONDS}` }],
  },
  harm: (rig, seconds) => rig.pause(seconds),
  findings(run) {
    const waits = retryWaitsMs(run);
    return [
      isTrue('retries happened', waits.length > 0, `${waits.length}`),
      isTrue('no retry too early', Math.min(...waits) >= SHORTEST_RETRY_MS, `${Math.round(Math.min(...waits))} ms`),
      atMost('longest wait for a retry', Math.max(...waits), LONGEST_RETRY_MS + LATE_MS, 'ms'),
      ...run.rig.workers.map((worker) => {
        const warnings = worker.logged('clock.differs');
        return isTrue(`${worker.name} warns of its clock`, warnings > 0, `${warnings} warnings`);
      }),
    ];
  },
};

/** Allowed as a target; the other loopback addresses are not. */
const ALLOWED_ADDRESS = '127.0.0.2';
const FORBIDDEN_ADDRESS = '127.0.0.1';
const ALLOWED = { address: ALLOWED_ADDRESS };
const SERVFAIL = 'servfail.example.com';
const SLOW = 'slow.example.com';
const TURNING = 'turning.example.com';
const HEALTHY = 'healthy.example.com';
const MAX_NEIGHBOUR_LAG_MS = 2000;
const WHOLE: FaultyNames = { [SERVFAIL]: ALLOWED, [SLOW]: ALLOWED, [TURNING]: ALLOWED, [HEALTHY]: ALLOWED };
const BROKEN: FaultyNames = {
  [HEALTHY]: ALLOWED,
  // What getaddrinfo makes of a SERVFAIL.
  [SERVFAIL]: { code: 'EAI_AGAIN' },
  [SLOW]: { ...ALLOWED, delaySeconds: 10 },
  [TURNING]: { address: FORBIDDEN_ADDRESS },
};
const MENDED: FaultyNames = { ...WHOLE, [TURNING]: { address: FORBIDDEN_ADDRESS } };

interface DnsNotes {
  /** Public ids of the subscriptions, by host. */
  readonly subscriptions: ReadonlyMap<string, string>;
}

export const faultyDns: Fault<DnsNotes> = {
  number: 19,
  name: 'DNS',
  full: { events: 2000, perSecond: 100, rounds: 6 },
  ground: {
    preloads: ['faulty-dns'],
    receiverAddress: ALLOWED_ADDRESS,
    settings: { ALLOWED_TARGET_CIDRS: `${ALLOWED_ADDRESS}/32` },
  },
  async harm(rig, seconds) {
    await setNames(rig.directory, WHOLE);
    const subscriptions = new Map<string, string>();
    for (const host of Object.keys(WHOLE)) {
      const path = `/${host}`;
      subscriptions.set(host, await rig.subscribe(path, 'ok', { target_url: rig.receiver.url(path, host) }));
    }
    await setNames(rig.directory, BROKEN);
    for (const [host, id] of subscriptions) {
      if (host !== HEALTHY) await rig.publish(host, { path: `/ingest/${id}`, events: 30, perSecond: 100 });
    }
    const healthyPath = `/ingest/${subscriptions.get(HEALTHY)!}`;
    await rig.publish(HEALTHY, { path: healthyPath, events: seconds * 10, perSecond: 10 });
    await setNames(rig.directory, MENDED);
    return { subscriptions };
  },
  async findings(run, { subscriptions }) {
    const forbidden = run.received.filter(({ localAddress }) => localAddress.endsWith(FORBIDDEN_ADDRESS)).length;
    const outcomes = [...subscriptions].map(([host, id]) => outcomeOf(run, host, parsePublicId(id, 'sub').uuid));
    const healthy = run.accepted.filter(({ path }) => path.endsWith(subscriptions.get(HEALTHY)!));
    const lagMs = percentile(lagsMs({ ...run, accepted: healthy }), 0.99);
    return [
      ...(await Promise.all(outcomes)),
      isTrue('no connection to it', forbidden === 0, `${forbidden}`),
      atMost(`lag p99 of ${HEALTHY}`, lagMs, MAX_NEIGHBOUR_LAG_MS, 'ms'),
    ];
  },
};

const MEANT: Readonly<Record<string, { code: string; state: number }>> = {
  [HEALTHY]: { code: '', state: STATE.delivered },
  [SERVFAIL]: { code: 'dns_failure', state: STATE.delivered },
  [SLOW]: { code: 'timeout', state: STATE.delivered },
  [TURNING]: { code: 'blocked_address', state: STATE.failed },
};

async function outcomeOf({ rig }: Run, host: string, subscriptionId: string): Promise<Finding> {
  const { rows } = await rig.database.query<{ state: number; codes: string[] | null }>(
    `select d.state, array_agg(distinct a.error_code) filter (where a.error_code is not null) as codes
     from deliveries d left join attempts a on a.delivery_id = d.id where d.subscription_id = $1 group by d.id`,
    [subscriptionId],
  );
  const { code, state } = MEANT[host]!;
  // A failing name is tried by one delivery at a time: what waited meanwhile may have met it mended.
  const meant = rows.filter((row) => row.state === state && (row.codes ?? []).every((each) => each === code));
  const isMet = code === '' || rows.some(({ codes }) => codes?.includes(code));
  const what = `${host}: ${code || 'no error'}, then ${state === STATE.delivered ? 'delivered' : 'failed'}`;
  const others = rows
    .filter((row) => !meant.includes(row))
    .map((row) => `state ${row.state} ${(row.codes ?? []).join('+')}`);
  return isTrue(
    what,
    rows.length > 0 && isMet && others.length === 0,
    [`${meant.length} of ${rows.length}`, ...new Set(others)].join(', '),
  );
}
