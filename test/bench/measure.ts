import type { Layout } from './layout.js';
import { cpuMs, familyMb, rssMb } from './process-cost.js';

/** A process that is API and worker is called `service`. */
export const PARTS = ['api', 'worker', 'service', 'postgres', 'redis'] as const;
export type Part = (typeof PARTS)[number];
/** A value for each part that the layout has. */
export type PerPart = Readonly<Partial<Record<Part, number>>>;
/** Process ids of each part that the layout has. */
export type PidsOf = Readonly<Partial<Record<Part, readonly number[]>>>;

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

export type Notes = Readonly<Record<string, string | number | boolean>>;

/** Result of one scenario. Null for what it does not measure. */
export interface Result {
  readonly scenario: string;
  /** Set if a scenario has several results. */
  readonly variant?: string;
  readonly layout: Layout;
  readonly deliveries_per_second: number;
  readonly cpu_us_per_delivery: PerPart & { readonly total: number };
  readonly yardstick_us: number;
  readonly ingest_ms: Percentiles | null;
  readonly end_to_end_ms: Percentiles | null;
  readonly rss_mb: PerPart;
  /** Further figures, and whether each target was reached. */
  readonly notes?: Notes;
}

/** Measures the CPU time of all parts since its construction. */
export class CpuMeter {
  private readonly before: PerPart;

  constructor(private readonly pids: PidsOf) {
    this.before = this.read();
  }

  usPerDelivery(deliveries: number): PerPart & { total: number } {
    const us = (ms: number): number => round((ms * 1000) / Math.max(1, deliveries), 1);
    const spent = this.spent();
    return { ...perPart(spent, us), total: us(sum(spent)) };
  }

  /** CPU time of all parts together since construction, in ms. */
  totalMs(): number {
    return sum(this.spent());
  }

  private spent(): PerPart {
    return perPart(this.read(), (now, part) => now - (this.before[part] ?? 0));
  }

  private read(): PerPart {
    return perPart(this.pids, (pids) => sum(pids.map(cpuMs)));
  }
}

/** Resident memory of each part in MB. Memory that the processes of PostgreSQL share counts once. */
export function memoryMb(pids: PidsOf): PerPart {
  return perPart(pids, (each, part) => Math.round(sum(each.map(part === 'postgres' ? (pid) => familyMb(pid) : rssMb))));
}

function perPart<T>(given: Readonly<Partial<Record<Part, T>>>, value: (given: T, part: Part) => number): PerPart {
  const parts = PARTS.flatMap((part) => (given[part] === undefined ? [] : [[part, value(given[part], part)] as const]));
  return Object.fromEntries(parts);
}

export function sum(values: readonly number[] | PerPart): number {
  return Object.values(values).reduce((total, value) => total + value, 0);
}

export function percentiles(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.floor((sorted.length - 1) * share)]!, 2);
  return { p50: at(0.5), p99: at(0.99) };
}

/** @returns 0 if there are no values */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return sum(middle) / Math.max(1, middle.length);
}

export function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** Targets that depend on the speed of the machine. They are judged when the yardstick is known. */
export interface SpeedTargets {
  /** Maximum CPU time of a delivery, in yardsticks. */
  readonly mostYardsticks?: number;
  /** Maximum CPU time of a delivery in µs, where a yardstick is 28 µs. */
  readonly mostCpuUs?: number;
  /** Minimum deliveries per second, where a yardstick is 28 µs. */
  readonly leastPerSecond?: number;
}

/** The part of a result that a scenario measures itself, with the targets that need the yardstick. */
export type Measured = Omit<Result, 'yardstick_us' | 'layout'> & { readonly speedTargets?: SpeedTargets };

export function joined(notes: readonly Notes[]): Notes {
  return Object.fromEntries(notes.flatMap((each) => Object.entries(each)));
}

/** Notes whether a target was reached. A missed target does not fail the bench. */
export function target(what: string, isReached: boolean, seen: string | number): Notes {
  return { [`target ${what}`]: `${isReached ? 'reached' : 'NOT reached'}: ${seen}` };
}
