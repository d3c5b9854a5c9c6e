import { type Measured, type Percentiles, round, target } from '../measure.js';
import { run, toResult, warmUp } from '../run.js';
import { type Scenario, scaled, scaledWarmUp } from '../scenario.js';
import { subscribeSingle } from './throughput.js';

/** Events per second at commit 7e3915e, where a yardstick is 28 µs, are the targets. */
const STEPS = [
  { publishers: 1, events: 1500, leastPerSecond: 565 },
  { publishers: 4, events: 6000, leastPerSecond: 1555 },
  { publishers: 16, events: 24_000, leastPerSecond: 4257 },
  { publishers: 64, events: 36_000, leastPerSecond: 6054 },
];
const MOST_P99_TO_P50 = 4;

/** Publishers that wait for each answer before they send the next event. Groups that fill must not slow them down. */
export const publishers: Scenario = {
  layouts: ['one', 'apart'],
  async run(trial): Promise<readonly Measured[]> {
    const { bed } = trial;
    const { paths } = await subscribeSingle(trial);
    await warmUp(bed, { paths, requests: scaledWarmUp(trial, 15_000, 500) });
    const results: Measured[] = [];
    for (const { publishers: connections, events, leastPerSecond } of STEPS) {
      const measured = await run(bed, { paths, requests: scaled(trial, events, 50 * connections), connections });
      const result = toResult(trial, measured);
      const variant = `by ${connections}`;
      results.push({ ...result, variant, notes: evenness(result.ingest_ms), speedTargets: { leastPerSecond } });
    }
    return results;
  },
};

function evenness(ingestMs: Percentiles | null) {
  const { p50, p99 } = ingestMs ?? { p50: 0, p99: Number.POSITIVE_INFINITY };
  const seen = `${p99} ms = ${round(p99 / p50, 1)} x ${p50} ms`;
  return target(`ingest p99 <= ${MOST_P99_TO_P50} x p50`, p99 <= MOST_P99_TO_P50 * p50, seen);
}
