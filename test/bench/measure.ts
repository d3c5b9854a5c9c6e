import { cpuMs, familyMb, rssMb } from './process-cost.js';

export const PARTS = ['api', 'worker', 'postgres', 'redis'] as const;
export type Part = (typeof PARTS)[number];
export type PerPart = Readonly<Record<Part, number>>;
/** Process ids of each part. */
export type PidsOf = Readonly<Record<Part, readonly number[]>>;

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

export type Notes = Readonly<Record<string, string | number | boolean>>;

/** Result of one scenario. Null for what it does not measure. */
export interface Result {
  readonly scenario: string;
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
    const now = this.read();
    const spent = perPart((part) => ((now[part] - this.before[part]) * 1000) / Math.max(1, deliveries));
    const total = PARTS.reduce((sum, part) => sum + spent[part], 0);
    return { ...perPart((part) => round(spent[part], 1)), total: round(total, 1) };
  }

  /** CPU time of all parts together since construction, in ms. */
  totalMs(): number {
    const now = this.read();
    return PARTS.reduce((sum, part) => sum + now[part] - this.before[part], 0);
  }

  private read(): PerPart {
    return perPart((part) => this.pids[part].reduce((sum, pid) => sum + cpuMs(pid), 0));
  }
}

/** Resident memory of each part in MB. Memory that the processes of PostgreSQL share counts once. */
export function memoryMb(pids: PidsOf): PerPart {
  return perPart((part) => {
    const measure = part === 'postgres' ? familyMb : rssMb;
    return Math.round(pids[part].reduce((sum, pid) => sum + measure(pid), 0));
  });
}

function perPart(value: (part: Part) => number): PerPart {
  return { api: value('api'), worker: value('worker'), postgres: value('postgres'), redis: value('redis') };
}

export function percentiles(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.floor((sorted.length - 1) * share)]!, 2);
  return { p50: at(0.5), p99: at(0.99) };
}

export function median(values: readonly number[]): number {
  return percentiles(values)?.p50 ?? 0;
}

export function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** The part of a result that a scenario measures itself. */
export type Measured = Omit<Result, 'yardstick_us'>;

/** Notes whether a target was reached. A missed target does not fail the bench. */
export function target(what: string, isReached: boolean, seen: string | number): Notes {
  return { [`target ${what}`]: `${isReached ? 'reached' : 'NOT reached'}: ${seen}` };
}
