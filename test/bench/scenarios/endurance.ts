import { accepted, type Bed } from '../bed.js';
import { median, type Notes, type PerPart, PARTS, percentiles, type Result, round, target } from '../measure.js';
import { assertExactlyOnce, endToEndMs, untilCounted, warmUp } from '../run.js';
import { sampleEvery } from '../sampler.js';
import { type Scenario, scaled } from '../scenario.js';
import { subscribeSingle } from './throughput.js';

const SECONDS = 600;
const WINDOW_MS = 5000;
const SAMPLES = 20;
/** From the middle of the run to its end, what levels off grows by no more than this share and this many MB. */
const LEVEL = { share: 0.25, mb: 32 };

/** As fast as it goes for minutes, begun when the planner has just learned that the open deliveries are none. */
export const endurance: Scenario = {
  diskGb: 30,
  async run(trial): Promise<Result> {
    const { bed } = trial;
    const { paths } = await subscribeSingle(trial);
    await warmUp(bed, { paths, requests: 5000 });
    await bed.query('vacuum analyze open_deliveries');
    await bed.receiver.reset();

    const lastMs = scaled(trial, SECONDS, 20) * 1000;
    const meter = bed.meter();
    const startedAt = performance.now();
    const load = await bed.startLoad({ paths, requests: Number.MAX_SAFE_INTEGER, timeoutMs: lastMs + 120_000 });
    const windows = sampleEvery(WINDOW_MS, async () => ({
      ...(await bed.receiver.count()),
      atMs: performance.now(),
    }));
    const states = sampleEvery(lastMs / SAMPLES, () => stateOf(bed));
    setTimeout(() => {
      load.stop();
    }, lastMs).unref();
    const report = accepted(await load.report);
    const perWindow = ratesOf(await windows.stop());
    const sampled = await states.stop();
    await untilCounted(bed, 'delivered', report.accepted);
    await bed.settled('drained');
    const seconds = (performance.now() - startedAt) / 1000;
    const cpuUs = meter.usPerDelivery(report.accepted);
    const received = await bed.receiver.report();
    assertExactlyOnce(received, received.delivered, report.accepted);

    const memoryNotes = Object.fromEntries(
      PARTS.flatMap((part) =>
        Object.entries(
          level(
            `memory of ${part}`,
            sampled.map(({ mb }) => mb[part]),
          ),
        ),
      ),
    );
    const slowest = round((Math.min(...perWindow) / median(perWindow)) * 100, 1);
    return {
      scenario: trial.scenario,
      deliveries_per_second: Math.round(report.accepted / seconds),
      cpu_us_per_delivery: cpuUs,
      yardstick_us: trial.yardstickUs,
      ingest_ms: percentiles(report.latenciesMs),
      end_to_end_ms: percentiles(endToEndMs(report, received)),
      rss_mb: bed.memoryMb(),
      notes: {
        'windows of 5 s: deliveries/s': perWindow.map(Math.round).join(', '),
        ...target('no window under 70 % of the median', slowest >= 70, `${slowest} %`),
        ...memoryNotes,
        ...level(
          'open deliveries, table',
          sampled.map(({ tableMb }) => tableMb),
        ),
        ...level(
          'open deliveries, indexes',
          sampled.map(({ indexMb }) => indexMb),
        ),
        'MB of the database': sampled.map(({ databaseMb }) => databaseMb).join(', '),
      },
    };
  },
};

interface State {
  readonly mb: PerPart;
  readonly tableMb: number;
  readonly indexMb: number;
  readonly databaseMb: number;
}

async function stateOf(bed: Bed): Promise<State> {
  const [sizes] = await bed.query<Omit<State, 'mb'>>(SIZES);
  return { mb: bed.memoryMb(), ...sizes! };
}

const SIZES = `select (pg_table_size('open_deliveries') / 1048576.0)::float8 as "tableMb",
  (pg_indexes_size('open_deliveries') / 1048576.0)::float8 as "indexMb",
  (pg_database_size(current_database()) / 1048576)::int as "databaseMb"`;

function ratesOf(counts: readonly { delivered: number; atMs: number }[]): number[] {
  return counts.slice(1).map(({ delivered, atMs }, n) => {
    const before = counts[n]!;
    return ((delivered - before.delivered) * 1000) / (atMs - before.atMs);
  });
}

function level(what: string, mb: readonly number[]): Notes {
  const half = mb.slice(0, Math.ceil(mb.length / 2));
  const middle = Math.max(...half);
  const end = Math.max(...mb.slice(half.length));
  const isLevel = end <= middle * (1 + LEVEL.share) + LEVEL.mb;
  return target(`${what} levels off`, isLevel, `MB ${mb.map((each) => Math.round(each)).join(', ')}`);
}
