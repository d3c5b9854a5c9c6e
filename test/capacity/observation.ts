import type { Part, Shape } from './units.js';

/** What a run publishes. */
export interface Load {
  readonly eventsPerSecond: number;
  readonly fanout: number;
  readonly payloadBytes: number;
  /** The first attempt of each nth delivery fails; 0: none. */
  readonly failEvery: number;
  readonly seconds: number;
}

export interface Totals {
  /** Time that publishing took. */
  readonly seconds: number;
  readonly events: number;
  readonly deliveries: number;
  /** Attempts beyond the first of each delivery. */
  readonly retries: number;
  /** Bytes of the payload of each event. */
  readonly payloadBytes: number;
}

/** What a run used, from its first event until its last delivery was recorded. */
export interface Observation {
  readonly load: Load;
  readonly shape: Shape;
  readonly processes: number;
  readonly totals: Totals;
  readonly cpuSeconds: Partial<Record<Part, number>>;
  /** Bytes of WAL, and bytes that each table grew by, indexes and TOAST included. */
  readonly bytes: Partial<Record<'wal' | 'events' | 'deliveries' | 'attempts', number>>;
  /** Bytes that the receiver got and sent. */
  readonly network: { readonly in: number; readonly out: number };
  /** Of the largest process of the service. */
  readonly memoryMb: number;
}

/** Share of the rate at which a load was published. Below 1, the machine had not enough time for it. */
export function reachedOf({ load, totals }: Pick<Observation, 'load' | 'totals'>): number {
  return Math.min(1, totals.events / totals.seconds / load.eventsPerSecond);
}
