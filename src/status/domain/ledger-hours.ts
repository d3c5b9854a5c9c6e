import { LIMITS } from '../../shared/limits.js';

const HOUR_MS = 3_600_000;
const DEFAULT_HOURS = 24;

/** Times in a request, in RFC 3339. */
interface Asked {
  readonly since?: string;
  readonly until?: string;
}

/** Whole hours, from `fromMs` (inclusive) to `toMs` (exclusive), or the fault of the requested times. */
export type LedgerHours =
  | { readonly fromMs: number; readonly toMs: number }
  | { readonly fault: { readonly pointer: string; readonly detail: string } };

/** The hours that start at `since` or later, and before `until`. */
export function ledgerHours({ since, until }: Asked, nowMs: number): LedgerHours {
  const untilMs = until === undefined ? nowMs : Date.parse(until);
  const sinceMs = since === undefined ? untilMs - DEFAULT_HOURS * HOUR_MS : Date.parse(since);
  if (sinceMs >= untilMs) return { fault: { pointer: 'since', detail: 'must be before until' } };
  const [fromMs, toMs] = [sinceMs, untilMs].map((ms) => Math.ceil(ms / HOUR_MS) * HOUR_MS) as [number, number];
  if (toMs - fromMs > LIMITS.ledgerDays * 24 * HOUR_MS) {
    return { fault: { pointer: 'since', detail: `must be at most ${LIMITS.ledgerDays} days before until` } };
  }
  return { fromMs, toMs };
}
