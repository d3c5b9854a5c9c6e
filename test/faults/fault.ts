import type { Evidence } from './evidence.js';
import type { Ground } from './ground.js';
import type { Accepted, Refusal } from './publisher.js';
import type { Received } from './receiver.js';
import type { Rig } from './rig.js';

/** The size of a fault: that of a full run, or that of the short form that runs with the tests. */
export interface Extent {
  /** The minimum number of published events; each goes to three subscriptions. */
  readonly events: number;
  readonly perSecond: number;
  /** How many times the harm is done, or for how many seconds, as the fault says. */
  readonly rounds: number;
}

/** A condition that must hold besides the invariants. */
export interface Finding {
  readonly what: string;
  readonly holds: boolean;
  /** The measured value. */
  readonly figure: string;
  /** It is a duration, which a busy machine stretches. */
  readonly isTime?: boolean;
}

/** What a run leaves for its fault to judge. Times are Unix milliseconds. */
export interface Run {
  readonly rig: Rig;
  readonly evidence: Evidence;
  readonly accepted: readonly Accepted[];
  readonly refusals: readonly Refusal[];
  readonly received: readonly Received[];
  readonly harmStartedAt: number;
  readonly harmEndedAt: number;
  readonly loadEndedAt: number;
  /** When nothing was open any longer. */
  readonly drainedAt: number;
  /** From the end of harm and load until nothing was open, in milliseconds. */
  readonly recoveryMs: number;
}

/** @typeParam Notes what the harm leaves to be judged */
export interface Fault<Notes = unknown> {
  readonly number: number;
  readonly name: string;
  readonly full: Extent;
  /** Omitted when there is no short form. */
  readonly short?: Extent;
  readonly ground?: Ground;
  /** The publisher repeats events that were not accepted, under an Idempotency-Key. */
  readonly insists?: boolean;
  /** Requests of one delivery may overlap, because a worker is held past its lease. */
  readonly hasZombies?: boolean;
  /** Seconds for everything to become final after harm and load; 60 unless given. */
  readonly horizonSeconds?: number;
  /** Why this machine cannot run it; null when it can. */
  impossible?(): Promise<string | null>;
  /** Runs before the load. */
  prepare?(rig: Rig): Promise<void>;
  /** Runs during the load, which ends after it. */
  harm(rig: Rig, rounds: number): Promise<Notes>;
  findings?(run: Run, notes: Notes): Finding[] | Promise<Finding[]>;
}
