import { type Measured, target } from '../measure.js';
import { run, toResult } from '../run.js';
import { type Scenario, scaled } from '../scenario.js';

const SUBSCRIPTIONS = 10_000;
const EVENTS = 5;
const MOST_MS = 500;
/** Growth of the API's memory that still counts as none: the young generation alone may take 64 MB. */
const FLAT_MB = 96;

/** One event to ten thousand subscriptions, one after another; the first finds a cold cache. */
export const fanoutWide: Scenario = {
  async run(trial): Promise<Measured> {
    const { bed } = trial;
    const count = scaled(trial, SUBSCRIPTIONS, 100);
    await bed.subscribe(count);
    const before = bed.memoryMb().api;
    const sampler = bed.sampleEvery(50, () => bed.memoryMb().api);
    const shape = { paths: ['/webhooks/bench.event'], requests: 1, connections: 1 };
    const first = await run(bed, shape, { perRequest: count });
    const more = [];
    for (let n = 1; n < EVENTS; n += 1) more.push(await run(bed, shape, { perRequest: count }));
    const peak = Math.max(...(await sampler.stop()));

    const events = [first, ...more];
    const answersMs = events.flatMap(({ load }) => load.latenciesMs.map(Math.round));
    const slowestMs = Math.max(...answersMs);
    const notes = {
      subscriptions: count,
      'each event: ms to the 202': answersMs.join(', '),
      'each event: deliveries/s': events.map(({ perSecond }) => Math.round(perSecond)).join(', '),
      "the API's MB before, at most": `${before}, ${peak}`,
      ...target(`the 202 within ${MOST_MS} ms`, slowestMs <= MOST_MS, slowestMs),
      ...target(`memory of the API flat (+${FLAT_MB} MB at most)`, peak - before <= FLAT_MB, peak - before),
    };
    return toResult(trial, events.at(-1)!, { notes });
  },
};
