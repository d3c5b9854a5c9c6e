import type { Evidence } from './evidence.js';
import type { Ground } from './ground.js';
import type { Accepted, Refusal } from './publisher.js';
import type { Received } from './receiver.js';
import type { Rig } from './rig.js';

/** How much of a fault: the numbers a full run takes, or those of the short form that runs with the tests. */
export interface Extent {
  /** Events published at least; each goes to three subscriptions. */
  readonly events: number;
  readonly perSecond: number;
  /** How often harm is done, or how long in seconds, as the fault says. */
  readonly rounds: number;
}

/** Something that must hold beside the invariants. */
export interface Finding {
  readonly what: string;
  readonly holds: boolean;
  /** What was measured. */
  readonly figure: string;
  /** It is a time, which a busy machine stretches. */
  readonly isTime?: boolean;
}

/** What a run leaves to be judged by its fault. Times are Unix milliseconds. */
export interface Run {
  readonly rig: Rig;
  readonly evidence: Evidence;
  readonly accepted: readonly Accepted[];
  readonly refusals: readonly Refusal[];
  readonly received: readonly Received[];
  readonly harmStartedAt: number;
  readonly harmEndedAt: number;
  readonly loadEndedAt: number;
  /** When nothing was open any more. */
  readonly drainedAt: number;
  /** From the end of harm and load until nothing was open, in milliseconds. */
  readonly recoveryMs: number;
}

/** @typeParam Notes what doing harm leaves to be judged */
export interface Fault<Notes = unknown> {
  readonly number: number;
  readonly name: string;
  readonly full: Extent;
  /** Left out when it has no short form. */
  readonly short?: Extent;
  readonly ground?: Ground;
  /** The publisher repeats what was not accepted, under an Idempotency-Key. */
  readonly insists?: boolean;
  /** Requests of one delivery may overlap, since a worker is held past its lease. */
  readonly hasZombies?: boolean;
  /** Time for everything to become final after harm and load, in seconds; 60 unless given. */
  readonly horizonSeconds?: number;
  /** Why this machine can't do it; null when it can. */
  impossible?(): Promise<string | null>;
  /** Before the load. */
  prepare?(rig: Rig): Promise<void>;
  /** While the load goes on, which ends after it. */
  harm(rig: Rig, rounds: number): Promise<Notes>;
  findings?(run: Run, notes: Notes): Finding[] | Promise<Finding[]>;
}
