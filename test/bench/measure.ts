import { cpuMs, rssMb } from './processes.js';

export const PARTS = ['api', 'worker', 'postgres', 'redis'] as const;
export type Part = (typeof PARTS)[number];
export type PerPart = Record<Part, number>;

/** What one scenario measured. `null` where it measures no such thing. */
export interface Result {
  readonly scenario: string;
  readonly deliveries_per_second: number;
  readonly cpu_us_per_delivery: PerPart & { total: number };
  readonly yardstick_us: number;
  readonly ingest_ms: { p50: number; p99: number } | null;
  readonly end_to_end_ms: { p50: number; p99: number } | null;
  readonly rss_mb: PerPart;
  /** What else a scenario has to tell. */
  readonly notes?: Readonly<Record<string, string | number | boolean>>;
}

/** Counts the CPU of all parts from its making on. */
export class CpuMeter {
  private readonly before: PerPart;

  constructor(private readonly pids: Record<Part, number>) {
    this.before = this.read();
  }

  usPerDelivery(deliveries: number): PerPart & { total: number } {
    const now = this.read();
    const spent = perPart((part) => Math.round(((now[part] - this.before[part]) * 10_000) / deliveries) / 10);
    return { ...spent, total: Math.round(PARTS.reduce((sum, part) => sum + spent[part], 0) * 10) / 10 };
  }

  /** CPU of all parts together since the beginning, in ms. */
  totalMs(): number {
    const now = this.read();
    return PARTS.reduce((sum, part) => sum + now[part] - this.before[part], 0);
  }

  rssMb(): PerPart {
    return perPart((part) => rssMb(this.pids[part]));
  }

  private read(): PerPart {
    return perPart((part) => cpuMs(this.pids[part]));
  }
}

function perPart(value: (part: Part) => number): PerPart {
  return { api: value('api'), worker: value('worker'), postgres: value('postgres'), redis: value('redis') };
}

export function percentiles(values: readonly number[]): { p50: number; p99: number } | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.floor((sorted.length - 1) * share)]! * 100) / 100;
  return { p50: at(0.5), p99: at(0.99) };
}
