import { MINUTES_KEPT_MS } from './stats-range.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Parts of a minute that are summed up as they pass, so that little is left to count at the moment of a request. */
const PART_MS = 15_000;

/** How long ago a part must have ended, in case the clock of PostgreSQL is set back a little. */
const MARGIN_MS = 5000;

/** Most minutes that one transaction sums up, after a time in which nothing was. */
export const MAX_MINUTES = 10;

/** How far the history is summed up. Times are in milliseconds since the Unix epoch; null before their first value. */
export interface Progress {
  readonly nowMs: number;
  /** Everything that was recorded from here on is summed up minute by minute. */
  readonly startedMs: number | null;
  readonly closedMs: number | null;
  /** When the transaction with `fenceXid` was running. */
  readonly fenceMs: number | null;
  /** Null for one that this database cannot have had, as after a restoration. */
  readonly fenceXid: string | null;
  readonly summedFromHour: number | null;
  readonly sampledMs: number | null;
  readonly foldedMs: number | null;
  readonly keptMs: number | null;
}

/** What to do next. Each task is one transaction. */
export type Task =
  | { readonly task: 'start'; readonly atMs: number }
  | { readonly task: 'sample'; readonly atMs: number }
  | { readonly task: 'fence' }
  | { readonly task: 'close'; readonly fromMs: number; readonly toMs: number; readonly fenceXid: string }
  | { readonly task: 'add earlier'; readonly beforeMs: number; readonly belowHour: number | null }
  | { readonly task: 'fold'; readonly fromMs: number; readonly toMs: number }
  | { readonly task: 'forget'; readonly beforeMs: number };

/**
 * Decides what to do next; null if nothing is left for now.
 *
 * A part of a minute is closed in two steps. The fence is a transaction that runs when the part has passed. A later
 * transaction sums the part up if everything that began before the fence has ended by then.
 *
 * @param isOpen whether transactions that could still add to what was before the fence were running a moment ago
 * @param firstKeptMs start of the first day whose history is kept
 */
export function nextTask(progress: Progress, isOpen: boolean, firstKeptMs: number): Task | null {
  const { nowMs, startedMs, closedMs } = progress;
  const minuteMs = floor(nowMs, MINUTE_MS);
  if (startedMs === null || closedMs === null) return { task: 'start', atMs: minuteMs };
  if (progress.sampledMs === null || progress.sampledMs < minuteMs) return { task: 'sample', atMs: minuteMs };
  return (
    closing(progress, closedMs, isOpen) ??
    earlier(progress, startedMs, closedMs) ??
    folding(progress, startedMs, closedMs) ??
    (progress.keptMs === null || progress.keptMs < firstKeptMs ? { task: 'forget', beforeMs: firstKeptMs } : null)
  );
}

function closing({ nowMs, fenceMs, fenceXid }: Progress, closedMs: number, isOpen: boolean): Task | null {
  const fencedMs = fenceMs === null ? closedMs : floor(fenceMs - MARGIN_MS, PART_MS);
  if (fencedMs > closedMs && fenceXid !== null) {
    const toMs = Math.min(fencedMs, closedMs + MAX_MINUTES * MINUTE_MS);
    return isOpen ? null : { task: 'close', fromMs: closedMs, toMs, fenceXid };
  }
  return floor(nowMs - MARGIN_MS, PART_MS) > closedMs ? { task: 'fence' } : null;
}

/** History from before the start is final once a minute after the start is closed. It is added newest hour first. */
function earlier({ summedFromHour }: Progress, startedMs: number, closedMs: number): Task | null {
  if (closedMs <= startedMs || summedFromHour === 0) return null;
  return { task: 'add earlier', beforeMs: startedMs, belowHour: summedFromHour };
}

function folding({ nowMs, foldedMs }: Progress, startedMs: number, closedMs: number): Task | null {
  const fromMs = foldedMs ?? floor(startedMs, HOUR_MS);
  const toMs = fromMs + HOUR_MS;
  return toMs <= closedMs && toMs <= nowMs - MINUTES_KEPT_MS - HOUR_MS ? { task: 'fold', fromMs, toMs } : null;
}

function floor(ms: number, unitMs: number): number {
  return Math.floor(ms / unitMs) * unitMs;
}
