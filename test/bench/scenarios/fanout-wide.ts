import type { Bed } from '../bed.js';
import { joined, type Measured, type Notes, type Part, target } from '../measure.js';
import { run, toResult, warmUp } from '../run.js';
import { type Scenario, scaled } from '../scenario.js';

const SUBSCRIPTIONS = 10_000;
const EVENTS = 5;
/**
 * Events of the warm-up. A fresh process grows with its first thousands of deliveries, whatever their subscriptions.
 */
const WARM_UP = 15_000;
const WARM_SUBSCRIPTIONS = 100;
const MOST_MS = 500;
/**
 * Growth of memory, in MB, that still counts as flat. The young generation of a Node.js process alone may take
 * 64 MB. Some twenty backends cache the plans of statements. Redis holds one job for a hundred deliveries.
 */
const FLAT_MB = { nodeProcess: 96, backends: 64, redis: 8 } as const;

/** Several events for ten thousand subscriptions, one after another. The first one finds nearly empty caches. */
export const fanoutWide: Scenario = {
  layouts: ['apart'],
  async run(trial): Promise<Measured> {
    const { bed } = trial;
    const count = scaled(trial, SUBSCRIPTIONS, 100);
    const { paths } = await bed.subscribe(count);
    await warmUp(bed, { paths: paths.slice(0, WARM_SUBSCRIPTIONS), requests: scaled(trial, WARM_UP, 500) });
    const before = memoryOf(bed);
    const sampler = bed.sampleEvery(100, () => memoryOf(bed));
    const shape = { paths: ['/webhooks/bench.event'], requests: 1, connections: 1 };
    const first = await run(bed, shape, { perRequest: count });
    const more = [];
    for (let n = 1; n < EVENTS; n += 1) more.push(await run(bed, shape, { perRequest: count }));
    const samples = await sampler.stop();
    const flat = (what: Watched, mostMb: number): Notes => {
      const startMb = before[what] ?? 0;
      const peakMb = Math.max(...samples.map((mb) => mb[what] ?? 0));
      const seen = `${peakMb - startMb} MB, from ${startMb} to ${peakMb}`;
      return target(`memory of ${what} flat (+${mostMb} MB at most)`, peakMb - startMb <= mostMb, seen);
    };

    const events = [first, ...more];
    const answersMs = events.flatMap(({ load }) => load.latenciesMs.map(Math.round));
    const slowestMs = Math.max(...answersMs);
    const notes = {
      subscriptions: count,
      'each event: ms to the 202': answersMs.join(', '),
      'each event: deliveries/s': events.map(({ perSecond }) => Math.round(perSecond)).join(', '),
      ...target(`the 202 within ${MOST_MS} ms`, slowestMs <= MOST_MS, slowestMs),
      ...joined(bed.nodeParts.map(([part, processes]) => flat(part, processes * FLAT_MB.nodeProcess))),
      ...flat('backends', FLAT_MB.backends),
      ...flat('redis', FLAT_MB.redis),
    };
    return toResult(trial, events.at(-1)!, { notes });
  },
};

type Watched = Part | 'backends';

/** Excludes the shared buffers of PostgreSQL, which fill up by design. */
function memoryOf(bed: Bed): Readonly<Partial<Record<Watched, number>>> {
  return { ...bed.memoryMb(), backends: Math.round(bed.backendsMb()) };
}
