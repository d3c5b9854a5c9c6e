import type { Bed } from './bed.js';
import { type Layout, PROCESSES } from './layout.js';
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
  /** Layouts to run in, unless others are requested. */
  readonly layouts: readonly Layout[];
  /** It runs in no other layout. */
  readonly isBoundToLayouts?: boolean;
  run(trial: Trial): Promise<Measured | readonly Measured[]>;
}

/** @returns a scaled number of events for a warm-up: the same for each process that takes events */
export function scaledWarmUp(trial: Trial, events: number, least: number): number {
  return scaled(trial, events, least) * (trial.bed.layout === 'processes' ? PROCESSES : 1);
}

/** @returns a scaled number of events or duration, but at least `least` */
export function scaled(trial: Trial, amount: number, least = 1): number {
  return Math.max(least, Math.round(amount * trial.scale));
}
