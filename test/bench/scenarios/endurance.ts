import { cpus } from 'node:os';
import { uuidTimeMs } from '../../../src/shared/ids/uuid.js';
import { accepted, type Bed } from '../bed.js';
import { joined, median, type Notes, type PerPart, percentiles, type Measured, round, target } from '../measure.js';
import { assertExactlyOnce, endToEndMs, untilCounted, warmUp } from '../run.js';
import { type Scenario, scaled } from '../scenario.js';
import { subscribeSingle } from './throughput.js';

const SECONDS = 600;
const WINDOW_MS = 5000;
const SAMPLES = 20;
/** Maximum age of a delivery. Receivers respond at once and few events wait, so an older one has been overlooked. */
const OLDEST_SECONDS = 10;
/** Maximum events that are accepted, but not delivered yet. */
const AHEAD = 5000;
/**
 * Maximum growth from the second to the last quarter of the run, as a share and in MB, of something that levels off.
 * The medians of two quarters may differ by this much without any growth.
 */
const LEVEL = {
  /** Of each process: the young generation, of up to 32 MB per half, is collected now and then. */
  node: { share: 0.15, mb: 16 },
  /** Buffers of clients, and waiting jobs. */
  redis: { share: 0.1, mb: 2 },
  /** Caches of plans and of the catalog, in some twenty processes. */
  backends: { share: 0.2, mb: 8 },
  /** The time of the next vacuum is not predictable. */
  table: { share: 0.25, mb: 8 },
} as const;

/**
 * Maximum throughput for minutes. It starts right after an ANALYZE of an empty table of open deliveries, the worst case
 * for the planner.
 */
export const endurance: Scenario = {
  layouts: ['apart'],
  diskGb: 30,
  async run(trial): Promise<Measured> {
    const { bed } = trial;
    const { paths } = await subscribeSingle(trial);
    await warmUp(bed, { paths, requests: scaled(trial, 15_000, 1000) });
    await bed.query('vacuum analyze open_deliveries');
    await bed.receiver.reset();

    const lastMs = scaled(trial, SECONDS, 20) * 1000;
    const meter = bed.meter();
    const startedAt = performance.now();
    const load = await bed.startLoad({ paths, requests: Number.MAX_SAFE_INTEGER, timeoutMs: lastMs + 120_000 });
    // Limits accepted events to a lead over delivered ones. Otherwise the run would only measure a growing queue.
    const holdUp = bed.sampleEvery(50, async () => {
      load.limitTo((await bed.receiver.count()).delivered + AHEAD);
    });
    const windows = bed.sampleEvery(WINDOW_MS, async () => ({
      ...(await bed.receiver.count()),
      atMs: performance.now(),
      idleMs: idleMs(),
    }));
    const states = bed.sampleEvery(lastMs / SAMPLES, () => stateOf(bed));
    setTimeout(() => {
      load.stop();
    }, lastMs).unref();
    const report = accepted(await load.report);
    await holdUp.stop();
    const perWindow = windowsOf(await windows.stop());
    const sampled = await states.stop();
    await untilCounted(bed, 'delivered', report.accepted);
    await bed.settled('drained');
    const seconds = (performance.now() - startedAt) / 1000;
    const cpuUs = meter.usPerDelivery(report.accepted);
    const received = await bed.receiver.report();
    assertExactlyOnce(received, received.delivered, report.accepted);

    const oldest = round(Math.max(...sampled.map(({ oldestSeconds }) => oldestSeconds)), 1);
    const slowest = perWindow.reduce((one, other) => (other.perSecond < one.perSecond ? other : one));
    const slowestShare = round((slowest.perSecond / median(perWindow.map(({ perSecond }) => perSecond))) * 100, 1);
    return {
      scenario: trial.scenario,
      deliveries_per_second: Math.round(report.accepted / seconds),
      cpu_us_per_delivery: cpuUs,
      ingest_ms: percentiles(report.latenciesMs),
      end_to_end_ms: percentiles(endToEndMs(report, received)),
      rss_mb: bed.memoryMb(),
      notes: {
        'windows of 5 s: deliveries/s': perWindow.map(({ perSecond }) => Math.round(perSecond)).join(', '),
        ...target('no window under 70 % of the median', slowestShare >= 70, `${slowestShare} %`),
        // Tells a pause of the service, with idle cores, from a machine that is busy with something else.
        'the slowest window: cores busy': `${Math.round(slowest.busy * 100)} %`,
        ...levels(sampled, bed.nodeParts),
        ...target(`no delivery open for more than ${OLDEST_SECONDS} s`, oldest <= OLDEST_SECONDS, `${oldest} s`),
        'open deliveries: parked': sampled.map(({ parked }) => parked).join(', '),
        'open deliveries: seconds of the oldest': sampled
          .map(({ oldestSeconds }) => round(oldestSeconds, 1))
          .join(', '),
        'MB of the database': sampled.map(({ databaseMb }) => databaseMb).join(', '),
      },
    };
  },
};

interface State extends Sizes {
  readonly mb: PerPart;
  readonly backendsMb: number;
  readonly parked: number;
  /** Age of the oldest open delivery in seconds; 0 if there is none. */
  readonly oldestSeconds: number;
}

interface Sizes {
  readonly tableMb: number;
  readonly indexMb: number;
  readonly databaseMb: number;
}

async function stateOf(bed: Bed): Promise<State> {
  const [sizes] = await bed.query<Sizes>(SIZES);
  const [open] = await bed.query<{ parked: number; oldest: string | null }>(OPEN);
  const oldestSeconds = open!.oldest === null ? 0 : (Date.now() - uuidTimeMs(open!.oldest)) / 1000;
  return { mb: bed.memoryMb(), backendsMb: bed.backendsMb(), parked: open!.parked, oldestSeconds, ...sizes! };
}

const OPEN = `select (select count(*)::int from open_deliveries where parked_at is not null) as parked,
  (select id::text from open_deliveries order by id limit 1) as oldest`;
const SIZES = `select (pg_table_size('open_deliveries') / 1048576.0)::float8 as "tableMb",
  (pg_indexes_size('open_deliveries') / 1048576.0)::float8 as "indexMb",
  (pg_database_size(current_database()) / 1048576)::int as "databaseMb"`;

interface Window {
  readonly perSecond: number;
  /** Busy share of all cores, 0 to 1. */
  readonly busy: number;
}

function windowsOf(counts: readonly { delivered: number; atMs: number; idleMs: number }[]): Window[] {
  return counts.slice(1).map(({ delivered, atMs, idleMs: idle }, n) => {
    const before = counts[n]!;
    const ms = atMs - before.atMs;
    return {
      perSecond: ((delivered - before.delivered) * 1000) / ms,
      busy: 1 - (idle - before.idleMs) / (ms * cpus().length),
    };
  });
}

/** Idle time of all cores together since the machine started. */
function idleMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}

/** Excludes the shared buffers of PostgreSQL, which fill up by design. */
function levels(sampled: readonly State[], nodeParts: Bed['nodeParts']): Notes {
  const mbOf = (choose: (state: State) => number): number[] => sampled.map(choose);
  const ofNode = nodeParts.map(([part, processes]) => {
    const slack = { ...LEVEL.node, mb: LEVEL.node.mb * processes };
    const values = mbOf(({ mb }) => mb[part] ?? 0);
    return level(`memory of the ${part === 'api' ? 'API' : part}`, slack, values);
  });
  return {
    ...joined(ofNode),
    ...level(
      'memory of the backends',
      LEVEL.backends,
      mbOf(({ backendsMb }) => backendsMb),
    ),
    ...level(
      'memory of Redis',
      LEVEL.redis,
      mbOf(({ mb }) => mb.redis ?? 0),
    ),
    ...level(
      'open deliveries, table',
      LEVEL.table,
      mbOf(({ tableMb }) => tableMb),
    ),
    ...level(
      'open deliveries, indexes',
      LEVEL.table,
      mbOf(({ indexMb }) => indexMb),
    ),
  };
}

function level(what: string, slack: { readonly share: number; readonly mb: number }, mb: readonly number[]): Notes {
  const quarter = Math.ceil(mb.length / 4);
  const middle = median(mb.slice(quarter, 2 * quarter));
  const end = median(mb.slice(-quarter));
  const most = middle * (1 + slack.share) + slack.mb;
  return target(
    `${what} levels off (at most ${Math.round(most)} MB in the end)`,
    end <= most,
    `MB ${mb.map((each) => Math.round(each)).join(', ')}`,
  );
}
