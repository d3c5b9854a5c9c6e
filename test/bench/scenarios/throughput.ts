import type { LoadShape, Subscribed } from '../bed.js';
import type { Layout } from '../layout.js';
import { type Measured, type Notes, type Percentiles, type SpeedTargets, target } from '../measure.js';
import { type Run, run, type RunOptions, toResult, warmUp } from '../run.js';
import { type Scenario, scaled, scaledWarmUp, type Trial } from '../scenario.js';

const FANOUT = 100;
/** Number of events until all hot code is compiled. Without this, the second of two runs would seem faster. */
const WARM_UP = 15_000;
const BROADCAST = ['/webhooks/bench.event'];

/** Events for one subscription each, in turn over ten. */
export async function subscribeSingle({ bed }: Trial): Promise<Subscribed> {
  return bed.subscribe(10, { max_in_flight: 200 });
}

/** Maximum throughput, after a warm-up. */
export async function runSingle(trial: Trial, paths: readonly string[], options: RunOptions = {}): Promise<Run> {
  if (options.until !== 'attempted') await warmUp(trial.bed, { paths, requests: scaledWarmUp(trial, WARM_UP, 500) });
  return run(trial.bed, { paths, requests: scaled(trial, 60_000, 400) }, options);
}

/** Maximum throughput of events for a hundred subscriptions, after a warm-up. The subscriptions must exist. */
export async function runFanout(trial: Trial): Promise<Run> {
  await warmUp(trial.bed, { paths: BROADCAST, requests: scaledWarmUp(trial, 50, 5), connections: 32 });
  const shape = { paths: BROADCAST, requests: scaled(trial, 1000, 10), connections: 32 };
  return run(trial.bed, shape, { perRequest: FANOUT });
}

/** Half of the maximum throughput, so that latencies do not measure a queue caused by the bench itself. */
function runHalfOf(trial: Trial, maximum: Run, paths: readonly string[], seconds: number): Promise<Run> {
  const perRequest = maximum.deliveries / maximum.load.accepted;
  const rate = Math.max(1, maximum.perSecond / perRequest / 2);
  const requests = Math.max(10, Math.round(rate * Math.max(1, seconds * trial.scale)));
  return run(trial.bed, { paths, requests, rate }, { perRequest });
}

export function latencyTarget(what: string, ms: Percentiles | null, most: Partial<Percentiles>): Notes {
  return Object.fromEntries(
    Object.entries(most).flatMap(([name, limit]) => {
      const seen = ms?.[name as keyof Percentiles] ?? Number.POSITIVE_INFINITY;
      return Object.entries(target(`${what} ${name} <= ${limit} ms`, seen <= limit, seen));
    }),
  );
}

const SINGLE_TARGETS: Readonly<Record<Layout, SpeedTargets>> = {
  apart: { mostYardsticks: 6, leastPerSecond: 8000 },
  one: { mostYardsticks: 4.5 },
  processes: { mostYardsticks: 4.5, leastPerSecond: 10_000 },
};

export const single: Scenario = {
  layouts: ['processes', 'apart'],
  async run(trial): Promise<Measured> {
    const { paths } = await subscribeSingle(trial);
    const maximum = await runSingle(trial, paths);
    const half = await runHalfOf(trial, maximum, paths, 8);
    const speedTargets = SINGLE_TARGETS[trial.bed.layout];
    const { checkedSignatures, wrongSignatures } = maximum.report;
    const notes = {
      deliveries: maximum.deliveries,
      'signatures checked, wrong': `${checkedSignatures}, ${wrongSignatures}`,
      'latencies at deliveries/s': Math.round(half.perSecond),
    };
    return { ...toResult(trial, maximum, { latencies: half, notes }), speedTargets };
  },
};

const FANOUT_TARGETS: Readonly<Record<Layout, SpeedTargets>> = {
  apart: { mostYardsticks: 3.2, leastPerSecond: 13_000 },
  one: { mostYardsticks: 2 },
  processes: { mostYardsticks: 2, leastPerSecond: 13_000 },
};

export const fanout: Scenario = {
  layouts: ['processes', 'apart'],
  async run(trial): Promise<Measured> {
    await trial.bed.subscribe(FANOUT, { max_in_flight: 200 });
    const maximum = await runFanout(trial);
    const half = await runHalfOf(trial, maximum, BROADCAST, 8);
    const notes = { 'latencies at deliveries/s': Math.round(half.perSecond) };
    const speedTargets = FANOUT_TARGETS[trial.bed.layout];
    return { ...toResult(trial, maximum, { latencies: half, notes }), speedTargets };
  },
};

/** Half of the maximum throughput, for long enough that pauses show. */
export const steady: Scenario = {
  layouts: ['apart'],
  async run(trial): Promise<Measured> {
    const { paths } = await subscribeSingle(trial);
    const maximum = await runSingle(trial, paths);
    const half = await runHalfOf(trial, maximum, paths, 15);
    const result = toResult(trial, half);
    const notes = {
      'maximum deliveries/s': Math.round(maximum.perSecond),
      ...latencyTarget('end to end', result.end_to_end_ms, { p50: 20, p99: 80 }),
    };
    return { ...result, notes };
  },
};

/** 500 events per second: far from saturation, so groups are small. */
export const modest: Scenario = {
  layouts: ['apart'],
  async run(trial): Promise<Measured> {
    const { paths } = await subscribeSingle(trial);
    await warmUp(trial.bed, { paths, requests: scaledWarmUp(trial, WARM_UP, 500) });
    const shape: LoadShape = { paths, requests: scaled(trial, WARM_UP, 500), rate: 500 };
    const measured = await run(trial.bed, shape);
    const result = toResult(trial, measured);
    const notes = latencyTarget('end to end', result.end_to_end_ms, { p50: 6 });
    return { ...result, notes, speedTargets: { mostYardsticks: 70 } };
  },
};
