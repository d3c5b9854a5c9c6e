import { percentiles, type Measured } from '../measure.js';
import { run, type Run, toResult, warmUp } from '../run.js';
import { type Scenario, scaled } from '../scenario.js';
import { subscribeSingle } from './throughput.js';

const PUBLISHERS = [1, 4, 16];
/** Events of each publisher, at scale 1. */
const EVENTS = 1500;

/**
 * A few publishers, each of which waits for the response before it sends the next event. Lingering groups must not slow
 * them down.
 */
export const publishers: Scenario = {
  async run(trial): Promise<Measured> {
    const { bed } = trial;
    const { paths } = await subscribeSingle(trial);
    await warmUp(bed, { paths, requests: scaled(trial, 15_000, 500) });
    const runs: Run[] = [];
    for (const connections of PUBLISHERS) {
      runs.push(await run(bed, { paths, requests: scaled(trial, EVENTS, 50) * connections, connections }));
    }
    const notes = Object.fromEntries(
      runs.map(({ perSecond, load }, n) => [
        `events/s and ingest p50 ms by ${PUBLISHERS[n]}`,
        `${Math.round(perSecond)}, ${percentiles(load.latenciesMs)?.p50}`,
      ]),
    );
    return { ...toResult(trial, runs.at(-1)!), notes };
  },
};
