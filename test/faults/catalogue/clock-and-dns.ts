import { STATE } from '../../../src/delivery/domain/delivery-state.js';
import { parsePublicId } from '../../../src/shared/ids/public-id.js';
import type { Fault, Finding, Run } from '../fault.js';
import { atMost, isTrue, lagsMs, percentile } from '../figures.js';
import type { Names } from '../../support/name-server.js';

const SHIFT_SECONDS = 600;
/** The first and the longest retry, with their jitter; and the delay of a scan on a busy machine. */
const SHORTEST_RETRY_MS = 200 * 0.8;
const LONGEST_RETRY_MS = 2000 * 1.2;
const LATE_MS = 3000;

/** Milliseconds from the end of an attempt to the beginning of the next attempt of its delivery. */
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
const ALLOWED = { addresses: [ALLOWED_ADDRESS] };
const SERVFAIL = 'servfail.example.com';
const SLOW = 'slow.example.com';
const TURNING = 'turning.example.com';
const HEALTHY = 'healthy.example.com';
/** More look-ups than an operating system runs at once. */
const DEAD = Array.from({ length: 20 }, (_, n) => `dead-${n}.example.com`);
const MAX_NEIGHBOUR_LAG_MS = 2000;
const TURNED = { [TURNING]: { addresses: [FORBIDDEN_ADDRESS] } };
const WHOLE: Names = Object.fromEntries([SERVFAIL, SLOW, TURNING, HEALTHY, ...DEAD].map((host) => [host, ALLOWED]));
const BROKEN: Names = {
  [HEALTHY]: ALLOWED,
  [SERVFAIL]: { failure: 'SERVFAIL' },
  [SLOW]: { ...ALLOWED, delaySeconds: 10 },
  ...Object.fromEntries(DEAD.map((host) => [host, { failure: 'silence' }])),
  ...TURNED,
};
const MENDED: Names = { ...WHOLE, ...TURNED };

interface DnsNotes {
  /** Public ids of the subscriptions, by host. */
  readonly subscriptions: ReadonlyMap<string, string>;
}

export const faultyDns: Fault<DnsNotes> = {
  number: 19,
  name: 'DNS',
  full: { events: 2000, perSecond: 100, rounds: 6 },
  ground: {
    receiverAddress: ALLOWED_ADDRESS,
    settings: { ALLOWED_TARGET_CIDRS: `${ALLOWED_ADDRESS}/32` },
  },
  async harm(rig, seconds) {
    rig.nameServer.names = WHOLE;
    const subscriptions = new Map<string, string>();
    for (const host of Object.keys(WHOLE)) {
      const path = `/${host}`;
      // Each delivery needs its own connection, and so its own look-up.
      subscriptions.set(host, await rig.subscribe(path, 'closing', { target_url: rig.receiver.url(path, host) }));
    }
    rig.nameServer.names = BROKEN;
    for (const [host, id] of subscriptions) {
      if (host === HEALTHY) continue;
      await rig.publish(host, { path: `/ingest/${id}`, events: DEAD.includes(host) ? 3 : 30, perSecond: 100 });
    }
    const healthyPath = `/ingest/${subscriptions.get(HEALTHY)!}`;
    await rig.publish(HEALTHY, { path: healthyPath, events: seconds * 10, perSecond: 10 });
    rig.nameServer.names = MENDED;
    return { subscriptions };
  },
  async findings(run, { subscriptions }) {
    const forbidden = run.received.filter(({ localAddress }) => localAddress.endsWith(FORBIDDEN_ADDRESS)).length;
    const idsOf = (hosts: readonly string[]): string[] =>
      hosts.map((host) => parsePublicId(subscriptions.get(host)!, 'sub').uuid);
    const healthy = run.accepted.filter(({ path }) => path.endsWith(subscriptions.get(HEALTHY)!));
    const lagMs = percentile(lagsMs({ ...run, accepted: healthy }), 0.99);
    return [
      await outcomeOf(run, HEALTHY, idsOf([HEALTHY]), { code: '', state: STATE.delivered }),
      await outcomeOf(run, SERVFAIL, idsOf([SERVFAIL]), { code: 'dns_failure', state: STATE.delivered }),
      await outcomeOf(run, SLOW, idsOf([SLOW]), { code: 'timeout', state: STATE.delivered }),
      await outcomeOf(run, `${DEAD.length} dead names`, idsOf(DEAD), { code: 'timeout', state: STATE.delivered }),
      await outcomeOf(run, TURNING, idsOf([TURNING]), { code: 'blocked_address', state: STATE.failed }),
      isTrue('no connection to it', forbidden === 0, `${forbidden}`),
      atMost(`lag p99 of ${HEALTHY}`, lagMs, MAX_NEIGHBOUR_LAG_MS, 'ms'),
    ];
  },
};

async function outcomeOf(
  { rig }: Run,
  name: string,
  subscriptionIds: readonly string[],
  { code, state }: { code: string; state: number },
): Promise<Finding> {
  const { rows } = await rig.database.query<{ state: number; codes: string[] | null }>(
    `select d.state, array_agg(distinct a.error_code) filter (where a.error_code is not null) as codes
     from deliveries d left join attempts a on a.delivery_id = d.id where d.subscription_id = any($1) group by d.id`,
    [subscriptionIds],
  );
  // One delivery at a time tries a failing name, so the waiting ones may have met it mended.
  const expected = rows.filter((row) => row.state === state && (row.codes ?? []).every((each) => each === code));
  const isMet = code === '' || rows.some(({ codes }) => codes?.includes(code));
  const what = `${name}: ${code || 'no error'}, then ${state === STATE.delivered ? 'delivered' : 'failed'}`;
  const others = rows
    .filter((row) => !expected.includes(row))
    .map((row) => `state ${row.state} ${(row.codes ?? []).join('+')}`);
  return isTrue(
    what,
    rows.length > 0 && isMet && others.length === 0,
    [`${expected.length} of ${rows.length}`, ...new Set(others)].join(', '),
  );
}
