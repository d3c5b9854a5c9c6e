import { type Measured, round, target } from '../measure.js';
import { toResult } from '../run.js';
import type { Scenario } from '../scenario.js';
import { runSingle, subscribeSingle } from './throughput.js';

/** One of ten receivers responds with 500. Its retries come after the end of the run. */
export const failing: Scenario = {
  layouts: ['apart'],
  settings: { INITIAL_RETRY_INTERVAL: '3600' },
  async run(trial): Promise<Measured> {
    const { paths, targets } = await subscribeSingle(trial);
    const sound = await runSingle(trial, paths);
    await trial.bed.receiver.behave(targets.slice(0, 1), 'fail');
    const measured = await runSingle(trial, paths, { until: 'attempted' });
    const share = round((measured.perSecond / sound.perSecond) * 100, 1);
    const notes = {
      'deliveries/s with sound receivers': Math.round(sound.perSecond),
      ...target('>= 80 % of the throughput with sound receivers', share >= 80, `${share} %`),
    };
    return toResult(trial, measured, { notes });
  },
};
