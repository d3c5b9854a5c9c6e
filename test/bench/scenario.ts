import type { Bed } from './bed.js';
import type { Measured } from './measure.js';

export interface Trial {
  readonly scenario: string;
  readonly bed: Bed;
  /** Factor for numbers of events and for durations. */
  readonly scale: number;
}

export interface Scenario {
  /** Settings of the service, in addition to those of the bench. */
  readonly settings?: Record<string, string>;
  /** GB of disk needed at scale 1. */
  readonly diskGb?: number;
  readonly targets?: {
    /** Maximum cost of a delivery. */
    readonly mostYardsticks?: number;
    /** Minimum deliveries per second on a machine with a yardstick of 28 µs. */
    readonly leastPerSecond?: number;
  };
  run(trial: Trial): Promise<Measured>;
}

/** @returns a scaled number of events or duration, but at least `least` */
export function scaled(trial: Trial, amount: number, least = 1): number {
  return Math.max(least, Math.round(amount * trial.scale));
}
