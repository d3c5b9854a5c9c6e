import type { Load } from './observation.js';
import type { Shape } from './units.js';

/** A load without its duration. */
export type NamedLoad = Omit<Load, 'seconds'>;

export interface Trial {
  readonly shape: Shape;
  readonly processes: number;
  /** How often all loads are run, one after another. */
  readonly rounds: number;
  readonly loads: readonly NamedLoad[];
}

const SMALL = 1000;

/** What the unit costs come from. Each load differs from another in one respect, so each cost shows in a difference. */
const SOURCES: readonly NamedLoad[] = [
  { eventsPerSecond: 400, fanout: 1, payloadBytes: SMALL, failEvery: 0 },
  { eventsPerSecond: 1200, fanout: 1, payloadBytes: SMALL, failEvery: 0 },
  { eventsPerSecond: 2400, fanout: 1, payloadBytes: SMALL, failEvery: 0 },
  { eventsPerSecond: 150, fanout: 20, payloadBytes: SMALL, failEvery: 0 },
  { eventsPerSecond: 300, fanout: 1, payloadBytes: 12 * SMALL, failEvery: 0 },
  { eventsPerSecond: 900, fanout: 1, payloadBytes: SMALL, failEvery: 4 },
];

/** What the predictions are compared with: other rates, fan-outs, sizes and shares of failures than the sources. */
const OTHERS: readonly NamedLoad[] = [
  { eventsPerSecond: 700, fanout: 1, payloadBytes: 500, failEvery: 0 },
  { eventsPerSecond: 500, fanout: 3, payloadBytes: 2000, failEvery: 0 },
  { eventsPerSecond: 30, fanout: 50, payloadBytes: 4000, failEvery: 0 },
  { eventsPerSecond: 600, fanout: 2, payloadBytes: 1500, failEvery: 10 },
];

export const SOURCE_TRIALS: readonly Trial[] = [
  { shape: 'together', processes: 1, rounds: 2, loads: SOURCES },
  { shape: 'apart', processes: 1, rounds: 2, loads: SOURCES },
];

/** The last one has more processes than the sources. */
export const CHECK_TRIALS: readonly Trial[] = [
  { shape: 'together', processes: 1, rounds: 1, loads: OTHERS },
  { shape: 'apart', processes: 1, rounds: 1, loads: OTHERS },
  { shape: 'together', processes: 2, rounds: 1, loads: OTHERS.slice(0, 2) },
];

export function describeLoad({ shape, processes }: Pick<Trial, 'shape' | 'processes'>, load: NamedLoad): string {
  const { eventsPerSecond, fanout, payloadBytes, failEvery } = load;
  return [
    `${eventsPerSecond}/s × ${fanout}`,
    `${payloadBytes.toLocaleString('en')} B`,
    ...(failEvery === 0 ? [] : [`1 in ${failEvery} fails`]),
    `${shape}${processes === 1 ? '' : `, ${processes} processes`}`,
  ].join(', ');
}
