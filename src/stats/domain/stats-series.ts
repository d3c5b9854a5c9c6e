import { addTo, type Histogram, type Percentiles, percentilesOf } from './histogram.js';
import { KIND } from './kind.js';

/** What happened in one step: numbers of one kind, and a histogram of durations in milliseconds. */
export interface CountedRow {
  /** Start of the step in milliseconds since the Unix epoch. */
  readonly step_ms: number;
  /** Empty for what has no such code, or if nothing was grouped. */
  readonly grp: string;
  readonly kind: number;
  readonly count: number;
  /** A stored histogram. */
  readonly durations: Buffer | null;
}

/** What waited in one step: the most at one of its samples. */
export interface WaitingRow {
  readonly step_ms: number;
  readonly grp: string;
  readonly waiting: number;
  readonly oldest_due_at: Date | null;
}

/** Numbers of a step or of the whole range. Null stands for what cannot be told for the requested groups. */
export interface Numbers {
  readonly accepted: number | null;
  readonly delivered: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly attempts: number;
  readonly successRate: number | null;
  readonly attemptMs: Percentiles | null;
  readonly deliveryMs: Percentiles | null;
  readonly waiting: number | null;
  readonly oldestDueAt: Date | null;
}

export interface Point extends Numbers {
  readonly atMs: number;
}

export interface Series {
  readonly group: string;
  readonly totals: Numbers;
  /** Oldest first. Steps in which nothing happened or waited are left out. */
  readonly points: readonly Point[];
}

/** What the requested groups and filters allow to tell. */
export interface Known {
  readonly accepted: boolean;
  readonly waiting: boolean;
}

/** Sorts rows into one series for each group, the busiest group first. */
export function seriesOf(counted: readonly CountedRow[], waiting: readonly WaitingRow[], known: Known): Series[] {
  const groups = new Map<string, { sum: Tally; steps: Map<number, Tally> }>();
  const tallies = ({ grp, step_ms: atMs }: { grp: string; step_ms: number }): Tally[] => {
    const group = groups.get(grp) ?? { sum: new Tally(), steps: new Map<number, Tally>() };
    groups.set(grp, group);
    const step = group.steps.get(atMs) ?? new Tally();
    group.steps.set(atMs, step);
    return [step, group.sum];
  };
  for (const row of counted) for (const tally of tallies(row)) tally.count(row);
  for (const row of waiting) for (const tally of tallies(row)) tally.wait(row);
  return [...groups]
    .sort(([a, { sum: x }], [b, { sum: y }]) => y.size - x.size || (a < b ? -1 : 1))
    .map(([group, { sum, steps }]) => ({
      group,
      totals: sum.numbers(known),
      points: [...steps].sort(([a], [b]) => a - b).map(([atMs, step]) => ({ atMs, ...step.numbers(known) })),
    }));
}

/** The numbers of a range in which nothing happened. */
export function nothing(known: Known): Numbers {
  return new Tally().numbers(known);
}

/** Adds up rows. */
class Tally {
  size = 0;
  private readonly counts = new Map<number, number>();
  private readonly attemptMs: Histogram = new Map();
  private readonly deliveryMs: Histogram = new Map();
  private waiting = 0;
  private oldestDueAt: Date | null = null;

  count({ kind, count, durations }: CountedRow): void {
    this.size += count;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + count);
    if (durations !== null) addTo(kind === KIND.attempt ? this.attemptMs : this.deliveryMs, durations);
  }

  wait({ waiting, oldest_due_at: oldestDueAt }: WaitingRow): void {
    this.waiting = Math.max(this.waiting, waiting);
    if (oldestDueAt !== null && (this.oldestDueAt === null || oldestDueAt < this.oldestDueAt)) {
      this.oldestDueAt = oldestDueAt;
    }
  }

  numbers(known: Known): Numbers {
    const of = (kind: keyof typeof KIND): number => this.counts.get(KIND[kind]) ?? 0;
    const [delivered, failed] = [of('delivered'), of('failed')];
    return {
      accepted: known.accepted ? of('accepted') : null,
      delivered,
      failed,
      cancelled: of('cancelled'),
      attempts: of('attempt'),
      successRate: delivered + failed === 0 ? null : Math.round((delivered / (delivered + failed)) * 10_000) / 10_000,
      attemptMs: percentilesOf(this.attemptMs),
      deliveryMs: percentilesOf(this.deliveryMs),
      waiting: known.waiting ? this.waiting : null,
      oldestDueAt: known.waiting ? this.oldestDueAt : null,
    };
  }
}
