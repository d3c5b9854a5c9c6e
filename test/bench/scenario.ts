import type { Bed } from './bed.js';
import type { Measured } from './measure.js';

export interface Trial {
  readonly scenario: string;
  readonly bed: Bed;
  /** Makes all that is counted in events, and all that lasts, smaller or larger. */
  readonly scale: number;
}

export interface Scenario {
  /** Settings of the service beside the bench's own. */
  readonly settings?: Record<string, string>;
  /** GB of disk it needs at scale 1. */
  readonly diskGb?: number;
  readonly targets?: {
    /** Of a delivery. */
    readonly mostYardsticks?: number;
    /** Deliveries a second, on a machine whose yardstick is 28 µs. */
    readonly leastPerSecond?: number;
  };
  run(trial: Trial): Promise<Measured>;
}

/** @returns a number of events or a duration, made smaller or larger, yet never so small that it says nothing */
export function scaled(trial: Trial, amount: number, least = 1): number {
  return Math.max(least, Math.round(amount * trial.scale));
}
