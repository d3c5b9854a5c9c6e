import { toPublicId } from '../../../src/shared/ids/public-id.js';
import { STATE } from '../../../src/delivery/domain/delivery-state.js';
import type { Fault, Finding, Run } from '../fault.js';
import { atMost, isTrue, lagsMs, percentile } from '../figures.js';
import { NASTY } from '../nasty.js';
import type { Rig } from '../rig.js';

const NASTY_TYPE = 'faults.nasty';
/** Each event goes to all of them; more events would keep the receiver of the rig busy with endless answers. */
const NASTY_PER_SECOND = 5;
const TIMEOUT_MS = 1000;
/** How late a busy machine may be. */
const LATE_MS = 600;
const MAX_GROWTH_MB = 150;

/** The error code that each nasty receiver causes; null when its behaviour is a success. */
const MEANT: Readonly<Record<string, string | null>> = {
  hangs: 'timeout',
  resets: 'connection_reset',
  'slow-headers': 'timeout',
  'one-byte-a-second': null,
  'endless-body': null,
  'gzip-bomb': null,
  'long-header': null,
  'endless-1xx': 'timeout',
  'no-content': null,
  'redirect-inside': 'bad_status',
  'early-close': null,
  garbage: 'response_invalid',
  'expired-certificate': 'tls_failure',
};

interface NastyNotes {
  /** The names of the receivers, by public id of the subscription. */
  readonly names: ReadonlyMap<string, string>;
  readonly peaksBefore: readonly number[];
}

const peaks = (rig: Rig): number[] =>
  rig.workers.map((worker) => {
    worker.measure();
    return worker.peakMb;
  });

export const nastyReceivers: Fault<NastyNotes> = {
  number: 15,
  name: 'nasty receivers',
  full: { events: 2000, perSecond: 100, rounds: 100 },
  short: { events: 200, perSecond: 100, rounds: 5 },
  // A failing receiver gets one request at a time: a hundred deliveries, at two a second from each of two workers.
  horizonSeconds: 200,
  async harm(rig, events) {
    const names = new Map<string, string>();
    const input = { event_type: NASTY_TYPE, retry: { max_attempts: 2 } };
    for (const name of Object.keys(NASTY)) names.set(await rig.subscribe(`/${name}`, name, input), name);
    const expired = 'expired-certificate';
    const target = rig.receiver.expiredUrl(`/${expired}`);
    names.set(await rig.subscribe(`/${expired}`, 'ok', { ...input, target_url: target }), expired);
    const peaksBefore = peaks(rig);
    await rig.publish('nasty', { path: `/webhooks/${NASTY_TYPE}`, events, perSecond: NASTY_PER_SECOND });
    return { names, peaksBefore };
  },
  async findings(run, { names, peaksBefore }) {
    const growth = Math.max(...peaks(run.rig).map((mb, n) => mb - peaksBefore[n]!));
    return [
      ...(await classified(run, names)),
      atMost('growth of memory', growth, MAX_GROWTH_MB, 'MB'),
      atMost('lag p99 of the others', percentile(lagsOfOthers(run, names), 0.99), 2000, 'ms'),
    ];
  },
};

interface Outcome {
  readonly code: string | null;
  readonly state: number;
}

function isExpected(outcomes: readonly Outcome[], code: string | null): boolean {
  return outcomes.length === 1 && outcomes[0]!.code === code && outcomes[0]!.state === stateOf(code);
}

const stateOf = (code: string | null): number => (code === null ? STATE.delivered : STATE.failed);

async function classified({ rig }: Run, names: ReadonlyMap<string, string>): Promise<Finding[]> {
  const { rows } = await rig.database.query<{ subscription: string; code: string | null; state: number; ms: number }>(
    `select d.subscription_id as subscription, a.error_code as code, d.state, max(a.duration_ms) as ms
     from attempts a join deliveries d on d.id = a.delivery_id group by 1, 2, 3`,
  );
  const outcomesOf = Map.groupBy(rows, ({ subscription }) => names.get(toPublicId('sub', subscription)));
  const slowest = Math.max(
    ...rows.filter(({ subscription }) => names.has(toPublicId('sub', subscription))).map(({ ms }) => ms),
  );
  return [
    ...Object.entries(MEANT).map(([name, code]) => {
      const outcomes = outcomesOf.get(name) ?? [];
      const figure = outcomes.map((each) => `${each.code ?? 'no error'}, state ${each.state}`).join('; ') || 'nothing';
      const found = isTrue(`${name}: ${code ?? 'delivered'}`, isExpected(outcomes, code), figure);
      // The only fault is that some attempts took longer than a second, as happens on a machine that stops for so long.
      const inTime = outcomes.filter((each) => each.code !== 'timeout' || each.state !== stateOf(code));
      return { ...found, isTime: !found.holds && isExpected(inTime, code) };
    }),
    atMost('an attempt', slowest, TIMEOUT_MS + LATE_MS, 'ms'),
  ];
}

function lagsOfOthers(run: Run, names: ReadonlyMap<string, string>): number[] {
  const nastyPaths = new Set([...names.values()].map((name) => `/${name}`));
  return lagsMs({ ...run, received: run.received.filter(({ path }) => !nastyPaths.has(path)) });
}

const HEALTHY = { perSecond: 100, events: 1200 };
/** A difference this small is noise on a machine that does something else too. */
const NOISE_MS = 25;

interface DeadNotes {
  readonly healthyPath: string;
  readonly deadBeganAt: number;
}

export const deadReceiver: Fault<DeadNotes> = {
  number: 16,
  name: 'one dead receiver',
  // The other load is small, because this compares the wait at one receiver with and without the dead one.
  full: { events: 500, perSecond: 10, rounds: 10_000 },
  horizonSeconds: 90,
  async harm(rig, events) {
    const healthyPath = `/ingest/${await rig.subscribe('/healthy', 'ok')}`;
    const deadPath = `/ingest/${await rig.subscribe('/dead', 'hang')}`;
    await rig.publish('warm', { path: healthyPath, events: 300, perSecond: 100 });
    await rig.publish('alone', { path: healthyPath, ...HEALTHY });
    const deadBeganAt = performance.timeOrigin + performance.now();
    await rig.publish('dead', { path: deadPath, events, perSecond: 1500 });
    await rig.publish('beside', { path: healthyPath, ...HEALTHY });
    await rig.receiver.behave('/dead', 'ok');
    return { healthyPath, deadBeganAt };
  },
  findings(run, { healthyPath, deadBeganAt }) {
    const healthy = { ...run, accepted: run.accepted.filter(({ path }) => path === healthyPath) };
    const alone = percentile(
      lagsMs({ ...healthy, accepted: healthy.accepted.slice(-2 * HEALTHY.events) }, (at) => at < deadBeganAt),
      0.99,
    );
    const beside = percentile(
      lagsMs(healthy, (at) => at > deadBeganAt),
      0.99,
    );
    return [
      atMost('lag p99 beside it', beside, Math.max(2 * Math.round(alone), NOISE_MS), 'ms'),
      isTrue('lag p99 without it', true, `${Math.round(alone * 10) / 10} ms`),
    ];
  },
};
