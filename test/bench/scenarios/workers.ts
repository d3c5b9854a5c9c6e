import { type Notes, type Measured, round } from '../measure.js';
import { type Run, toResult } from '../run.js';
import type { Scenario } from '../scenario.js';
import { runSingle, subscribeSingle } from './throughput.js';

const MOST = 3;

/**
 * Measures the same load with one, two and three worker processes. The run fails if two workers send the same delivery.
 */
export const workers: Scenario = {
  layouts: ['apart'],
  isBoundToLayouts: true,
  async run(trial): Promise<Measured> {
    const { paths } = await subscribeSingle(trial);
    const runs: Run[] = [await runSingle(trial, paths)];
    while (runs.length < MOST) {
      await trial.bed.addWorker();
      runs.push(await runSingle(trial, paths));
    }
    const [one] = runs as [Run];
    const notes: Notes = Object.fromEntries(
      runs.map(({ perSecond, cpuUs, report }, n) => {
        const percent = round((perSecond / one.perSecond) * 100, 1);
        const seen = `${Math.round(perSecond)}/s = ${percent} %, ${cpuUs.total} µs, ${report.duplicates} sent twice`;
        return [`${n + 1} worker${n === 0 ? '' : 's'}`, seen];
      }),
    );
    return toResult(trial, runs.at(-1)!, { notes });
  },
};
