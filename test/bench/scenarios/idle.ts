import { setTimeout as delay } from 'node:timers/promises';
import { percentiles, round, type Measured, target } from '../measure.js';
import { run, toResult, warmUp } from '../run.js';
import { type Scenario, scaled } from '../scenario.js';
import { latencyTarget, subscribeSingle } from './throughput.js';

const EMPTY_ROUTE = '/health/live';
const RATE = 20;
const SECONDS = 10;

/** Few events, then none. Measures the latency that the service adds to one event, and the cost of an idle service. */
export const idle: Scenario = {
  layouts: ['apart'],
  async run(trial): Promise<Measured> {
    const { bed } = trial;
    const { paths } = await subscribeSingle(trial);
    await warmUp(bed, { paths, requests: scaled(trial, 2000, 200) });
    const requests = scaled(trial, RATE * SECONDS, RATE);
    const emptyRoute = await bed.load({ method: 'GET', paths: [EMPTY_ROUTE], requests, rate: RATE });
    const result = toResult(trial, await run(bed, { paths, requests, rate: RATE }));

    const meter = bed.meter();
    const startedAt = performance.now();
    await delay(scaled(trial, SECONDS * 1000, 1000));
    const percentOfCore = round((meter.totalMs() / (performance.now() - startedAt)) * 100, 2);

    const emptyMs = percentiles(emptyRoute.latenciesMs)?.p50 ?? 0;
    const addedMs = round((result.ingest_ms?.p50 ?? Number.POSITIVE_INFINITY) - emptyMs, 2);
    const notes = {
      'empty route p50 ms': emptyMs,
      ...target('ingest p50 <= 3 ms above an empty route', addedMs <= 3, addedMs),
      ...latencyTarget('end to end', result.end_to_end_ms, { p50: 5 }),
      ...target('without events <= 2 % of a core', percentOfCore <= 2, percentOfCore),
    };
    return { ...result, notes };
  },
};
