import type { Layout } from '../layout.js';
import type { Measured } from '../measure.js';
import { run, toResult, warmUp } from '../run.js';
import { type Scenario, scaled, scaledWarmUp } from '../scenario.js';
import { latencyTarget, subscribeSingle } from './throughput.js';

const SECONDS = 10;
const WARM_UP = 15_000;

interface Step {
  readonly rate: number;
  readonly most?: { readonly p50Ms: number; readonly cpuUs: number };
}

/** Rates of each layout, with the targets for the p50 end to end, and for CPU where a yardstick is 28 µs. */
const STEPS: Readonly<Record<Layout, readonly Step[]>> = {
  one: [
    { rate: 20, most: { p50Ms: 2.5, cpuUs: 3400 } },
    { rate: 100, most: { p50Ms: 1.8, cpuUs: 2000 } },
    { rate: 500, most: { p50Ms: 2, cpuUs: 1300 } },
    { rate: 1000, most: { p50Ms: 3, cpuUs: 900 } },
  ],
  apart: [
    { rate: 100, most: { p50Ms: 3, cpuUs: 3300 } },
    { rate: 500, most: { p50Ms: 3, cpuUs: 1500 } },
  ],
  processes: [{ rate: 20 }, { rate: 100 }, { rate: 500 }, { rate: 1000 }],
};

/** Fixed rates, far from saturation: what an event costs, and how soon it arrives. */
export const rates: Scenario = {
  layouts: ['one', 'apart'],
  async run(trial): Promise<readonly Measured[]> {
    const { bed } = trial;
    const { paths } = await subscribeSingle(trial);
    await warmUp(bed, { paths, requests: scaledWarmUp(trial, WARM_UP, 500) });
    const results: Measured[] = [];
    for (const { rate, most } of STEPS[bed.layout]) {
      // Groups and caches adapt to the rate within a second.
      await warmUp(bed, { paths, requests: scaled(trial, rate, 10), rate });
      const measured = await run(bed, { paths, requests: scaled(trial, rate * SECONDS, 20), rate });
      const result = { ...toResult(trial, measured), variant: `${rate}/s` };
      const notes = most === undefined ? {} : latencyTarget('end to end', result.end_to_end_ms, { p50: most.p50Ms });
      results.push({ ...result, notes, ...(most !== undefined && { speedTargets: { mostCpuUs: most.cpuUs } }) });
    }
    return results;
  },
};
