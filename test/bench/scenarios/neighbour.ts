import { parsePublicId } from '../../../src/shared/ids/public-id.js';
import type { Subscribed } from '../bed.js';
import { type Notes, type Percentiles, type Result, target } from '../measure.js';
import { endToEnd, type Run, run, toResult, warmUp } from '../run.js';
import { sampleEvery } from '../sampler.js';
import { type Scenario, scaled, type Trial } from '../scenario.js';

const RATE = 1000;
const SECONDS = 10;
const MANY = 20;
/** Two runs of the same differ: up to this factor or this many ms above it, a p50 counts as unchanged. */
const NOISE = { factor: 1.3, ms: 2 };

/** Receivers that hang beside others: at first one that gets a fifth of the events, then twenty that get half of them. */
export const neighbour: Scenario = {
  async run(trial): Promise<Result> {
    const { bed } = trial;
    const healthy = await bed.subscribe(MANY);
    const hanging = await bed.subscribe(MANY);
    await warmUp(bed, { paths: healthy.paths, requests: scaled(trial, 3000, 200) });

    const withoutOne = await observe(trial, healthy, healthy.paths, 0.8 * RATE);
    const withoutMany = await observe(trial, healthy, healthy.paths, 0.5 * RATE);
    await bed.receiver.behave(hanging.targets, 'hang');
    const withOne = await observe(trial, healthy, mix(healthy.paths, hanging.paths.slice(0, 1), 4), RATE);
    const withMany = await observe(trial, healthy, mix(healthy.paths, hanging.paths, 1), RATE);

    const notes = {
      ...compare('one that hangs', withoutOne, withOne),
      ...compare(`${MANY} that hang`, withoutMany, withMany),
    };
    return { ...toResult(trial, withMany.measured, { notes }), end_to_end_ms: withMany.latencies };
  },
};

interface Observed {
  readonly measured: Run;
  readonly latencies: Percentiles;
  /** The most deliveries to healthy receivers that were seen parked at one time. */
  readonly parked: number;
}

/** After each so many paths of the first list comes one of the second. */
function mix(healthy: readonly string[], hanging: readonly string[], every: number): string[] {
  return healthy.flatMap((path, n) => {
    return (n + 1) % every === 0 ? [path, hanging[Math.floor(n / every) % hanging.length]!] : [path];
  });
}

/** Waits for what the healthy receivers get, and measures only that. */
async function observe(trial: Trial, healthy: Subscribed, paths: readonly string[], rate: number): Promise<Observed> {
  const { bed } = trial;
  const ids = healthy.ids.map((id) => parsePublicId(id, 'sub').uuid);
  const parking = sampleEvery(100, async () => (await bed.query<{ count: number }>(PARKED, [ids]))[0]!.count);
  const rounds = Math.ceil(scaled(trial, rate * SECONDS, rate) / paths.length);
  const shape = { paths, requests: rounds * paths.length, rate };
  const measured = await run(bed, shape, { deliveries: rounds * healthy.paths.length, until: 'answered' });
  const latencies = endToEnd(measured.load, measured.report, healthy.targets)!;
  return { measured, latencies, parked: Math.max(...(await parking.stop())) };
}

const PARKED = `select count(*)::int as count from open_deliveries
  where parked_at is not null and subscription_id = any($1::uuid[])`;

function compare(beside: string, without: Observed, with_: Observed): Notes {
  const { p50, p99 } = with_.latencies;
  const mostP50 = Math.max(without.latencies.p50 * NOISE.factor, without.latencies.p50 + NOISE.ms);
  return {
    ...target(
      `beside ${beside}: p50 unchanged`,
      p50 <= mostP50,
      `${p50} ms, without ${without.latencies.p50} ms (noise: up to ${mostP50.toFixed(1)})`,
    ),
    ...target(
      `beside ${beside}: p99 <= 2 x without`,
      p99 <= 2 * without.latencies.p99,
      `${p99} ms, without ${without.latencies.p99} ms`,
    ),
    ...target(
      `beside ${beside}: none parked that has a healthy receiver`,
      with_.parked === 0,
      `${with_.parked} at most, without ${without.parked}`,
    ),
  };
}
