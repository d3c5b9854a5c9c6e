import { setTimeout as delay } from 'node:timers/promises';
import type { Bed, LoadShape } from './bed.js';
import type { LoadReport } from './load.main.js';
import { type Notes, type PerPart, percentiles, type Measured } from './measure.js';
import type { ReceiverCounts, ReceiverReport } from './receiver.main.js';

/** If no delivery arrives for this long, the missing ones count as lost. */
const STALLED_MS = 60_000;
/** With hanging receivers: if no delivery arrives for this long, the missing ones to healthy receivers are late. */
export const LATE_MS = 10_000;

export interface RunOptions {
  /** Number of deliveries for each request. */
  readonly perRequest?: number;
  /** Number of deliveries to wait for, if not all. */
  readonly deliveries?: number;
  /**
   * When the run ends. `drained`: no delivery is open. `attempted`, with failing receivers: the first attempt of each
   * delivery is recorded. `answered`, with hanging receivers: the others have responded, or are late.
   */
  readonly until?: 'drained' | 'attempted' | 'answered';
}

/** A load from its first request to the recording of its last delivery. */
export interface Run {
  readonly deliveries: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly cpuUs: PerPart & { readonly total: number };
  readonly load: LoadReport;
  readonly report: ReceiverReport;
  readonly memoryMb: PerPart;
}

/** @throws if a request is refused, or a delivery is lost, duplicated or wrongly signed */
export async function run(bed: Bed, shape: LoadShape, options: RunOptions = {}): Promise<Run> {
  const { perRequest = 1, until = 'drained' } = options;
  await bed.receiver.reset();
  const meter = bed.meter();
  const startedAt = performance.now();
  const load = await bed.load(shape);
  const wanted = options.deliveries ?? load.accepted * perRequest;
  const which = until === 'attempted' ? 'received' : 'delivered';
  const deliveries = await countedUpTo(bed, which, wanted, until === 'answered' ? LATE_MS : STALLED_MS);
  if (until !== 'answered') await bed.settled(until);
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuUs = meter.usPerDelivery(deliveries);
  const memoryMb = bed.memoryMb();
  const report = await bed.receiver.report();
  assertExactlyOnce(report, report[which], until === 'answered' ? report[which] : wanted);
  return { deliveries, seconds, perSecond: deliveries / seconds, cpuUs, load, report, memoryMb };
}

/** @throws if nothing arrives for a minute */
export async function untilCounted(bed: Bed, which: keyof ReceiverCounts, wanted: number): Promise<void> {
  const seen = await countedUpTo(bed, which, wanted, STALLED_MS);
  if (seen < wanted) throw new Error(`Lost: only ${seen} of ${wanted} were ${which}`);
}

/**
 * Waits for a count of the receiver. Queries of the database would affect the measurement.
 *
 * @param patienceMs gives up if the count has not changed for this long
 * @returns the count; less than `wanted` if it gave up
 */
async function countedUpTo(bed: Bed, which: keyof ReceiverCounts, wanted: number, patienceMs: number): Promise<number> {
  let seen = -1;
  let deadline = 0;
  for (;;) {
    const count = (await bed.receiver.count())[which];
    if (count > seen) deadline = performance.now() + patienceMs;
    seen = count;
    if (seen >= wanted || performance.now() > deadline) return seen;
    await delay(20);
  }
}

/** @throws if the receiver did not get exactly the accepted deliveries, each once */
export function assertExactlyOnce(report: ReceiverReport, seen: number, deliveries: number): void {
  if (report.duplicates > 0) throw new Error(`${report.duplicates} attempts were sent twice`);
  if (seen !== deliveries) throw new Error(`${deliveries} deliveries are due, and the receiver has had ${seen}`);
  if (report.checkedSignatures === 0) throw new Error('No signature was checked');
  if (report.wrongSignatures > 0) {
    throw new Error(`${report.wrongSignatures} of ${report.checkedSignatures} signatures were wrong`);
  }
}

/** Runs a load that is not counted, so that hot code is compiled and caches are full. */
export async function warmUp(bed: Bed, shape: LoadShape): Promise<void> {
  await bed.load(shape);
  await bed.settled('drained');
}

/** Milliseconds from the offer of an event to the arrival of its first attempt at the receiver. */
export function endToEndMs(load: LoadReport, report: ReceiverReport, paths?: readonly string[]): number[] {
  const offeredAtMs = new Map(load.times);
  const wanted = paths && new Set(paths);
  return report.times.flatMap(([eventId, path, atMs]) => {
    const sinceMs = offeredAtMs.get(eventId);
    if (sinceMs === undefined || wanted?.has(path) === false) return [];
    return [Math.max(0, atMs - sinceMs)];
  });
}

/** A result with the throughput of one run, and the latencies of another or the same. */
export function toResult(
  { scenario }: { scenario: string },
  measured: Run,
  { latencies = measured, notes = {} }: { latencies?: Run; notes?: Notes } = {},
): Measured {
  return {
    scenario,
    deliveries_per_second: Math.round(measured.perSecond),
    cpu_us_per_delivery: measured.cpuUs,
    ingest_ms: percentiles(latencies.load.latenciesMs),
    end_to_end_ms: percentiles(endToEndMs(latencies.load, latencies.report)),
    rss_mb: measured.memoryMb,
    notes,
  };
}
