import { compare, derive, type Observed } from './derive.js';
import { CHECK_TRIALS, SOURCE_TRIALS, type Trial } from './loads.js';
import { cpuOf, diskOf, walOf } from './model.js';
import { SAMPLE_UNITS } from './samples.js';
import type { Observation } from './observation.js';
import { partsOf } from './units.js';

const SECONDS = 10;
const KEPT_BYTES = 100;

/** What a run would use if it cost exactly what the sample says, times a factor. */
function observedAt({ shape, processes, loads }: Trial, factor = 1): Observed {
  const observations = loads.map((load) => {
    const events = load.eventsPerSecond * SECONDS;
    const deliveries = events * load.fanout;
    const retries = load.failEvery === 0 ? 0 : deliveries / load.failEvery;
    const totals = { seconds: SECONDS, events, deliveries, retries, payloadBytes: load.payloadBytes };
    const attempts = deliveries + retries;
    const cpu = partsOf(shape).map((part) => {
      return [part, factor * cpuOf(SAMPLE_UNITS, { shape, part, processSeconds: SECONDS * processes }, totals)];
    });
    const { event, kilobyte, delivery, attempt } = SAMPLE_UNITS.disk;
    return {
      load: { ...load, seconds: SECONDS },
      shape,
      processes,
      totals,
      cpuSeconds: Object.fromEntries(cpu) as Record<string, number>,
      bytes: {
        wal: walOf(SAMPLE_UNITS, totals),
        events: events * (event + (kilobyte * load.payloadBytes) / 1000),
        deliveries: deliveries * delivery,
        attempts: attempts * (attempt + KEPT_BYTES),
      },
      network: { in: attempts * (load.payloadBytes + 440), out: attempts * 125 },
      memoryMb: SAMPLE_UNITS.memory_mb[shape],
    };
  });
  return { shape, observations, redisConnections: SAMPLE_UNITS.redis_connections[shape], keptBytes: KEPT_BYTES };
}

const measuredWith = {
  command: 'npm run capacity -- --measure',
  commit: '0123456',
  date: '2026-11-29',
  machine: '2 cores',
  yardstick_us: 20,
};

describe('unit costs', () => {
  const derived = derive(
    SOURCE_TRIALS.map((trial) => observedAt(trial)),
    measuredWith,
  );

  it('are found again in what the source loads used', () => {
    expect(derived.disk).toEqual(SAMPLE_UNITS.disk);
    expect(derived.network).toEqual(SAMPLE_UNITS.network);
    expect(derived.fully_at_work).toEqual(SAMPLE_UNITS.fully_at_work);
    expect(derived.measured_with).toEqual({ ...measuredWith, deliveries_per_second: 3000, reached: 1 });
    for (const trial of CHECK_TRIALS) {
      for (const { totals, bytes, cpuSeconds, shape } of observedAt(trial).observations) {
        expect(walOf(derived, totals) / bytes.wal!).toBeCloseTo(1, 2);
        expect(diskOf(derived, totals, KEPT_BYTES) / diskOf(SAMPLE_UNITS, totals, KEPT_BYTES)).toBeCloseTo(1, 3);
        for (const part of partsOf(shape)) {
          const predicted = cpuOf(derived, { shape, part, processSeconds: SECONDS * trial.processes }, totals);
          expect(predicted / cpuSeconds[part]!).toBeCloseTo(1, 2);
        }
      }
    }
  });

  it('say how far the machine was from the rates that they were to be measured at', () => {
    const [late, ...others] = SOURCE_TRIALS.map((trial) => observedAt(trial)) as [Observed, ...Observed[]];
    const [first, ...rest] = late.observations as [Observation, ...Observation[]];
    const slow = { ...first, totals: { ...first.totals, seconds: first.totals.seconds * 1.25 } };

    expect(derive([{ ...late, observations: [slow, ...rest] }, ...others], measuredWith).measured_with.reached).toBe(
      0.8,
    );
  });

  it('are compared with what other loads used', () => {
    const [trial] = CHECK_TRIALS as [Trial];
    const rows = compare(SAMPLE_UNITS, observedAt(trial, 2));

    expect(rows).toHaveLength(trial.loads.length * 5);
    for (const { what, predicted, measured } of rows) {
      expect(predicted / measured).toBeCloseTo(what.startsWith('cores') ? 0.5 : 1, 2);
    }
  });

  it('are not compared with a load that they come from', () => {
    const named = ({ loads }: Trial): string[] => loads.map((load) => JSON.stringify(load));
    const sources = SOURCE_TRIALS.flatMap(named);

    expect(CHECK_TRIALS.flatMap(named).filter((load) => sources.includes(load))).toEqual([]);
  });
});
