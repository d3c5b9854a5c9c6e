import { LIMITS } from '../../shared/limits.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_HOURS = 24;

/** Times in a request, in RFC 3339. */
interface Asked {
  readonly since?: string;
  readonly until?: string;
  /** Whether the hours are to be compared with the history. */
  readonly isVerified?: boolean;
}

interface Present {
  readonly nowMs: number;
  readonly retentionDays: number;
}

/** Whole hours, from `fromMs` (inclusive) to `toMs` (exclusive), or the fault of the requested times. */
export type LedgerHours =
  | { readonly fromMs: number; readonly toMs: number }
  | { readonly fault: { readonly pointer: string; readonly detail: string } };

/**
 * The hours that start at `since` or later, and before `until`. Hours of days whose history may have been dropped are
 * left out, because what became of their deliveries can no longer be told.
 */
export function ledgerHours({ since, until, isVerified = false }: Asked, present: Present): LedgerHours {
  const { nowMs, retentionDays } = present;
  const untilMs = until === undefined ? nowMs : Date.parse(until);
  const sinceMs = since === undefined ? untilMs - DEFAULT_HOURS * HOUR_MS : Date.parse(since);
  if (sinceMs >= untilMs) return { fault: { pointer: 'since', detail: 'must be before until' } };
  const [fromMs, toMs] = [sinceMs, untilMs].map((ms) => Math.ceil(ms / HOUR_MS) * HOUR_MS) as [number, number];
  const days = isVerified ? LIMITS.verifiedLedgerDays : LIMITS.ledgerDays;
  if (toMs - fromMs > days * DAY_MS) {
    const length = days === 1 ? '1 day' : `${days} days`;
    const condition = isVerified ? ' with verify=true' : '';
    return { fault: { pointer: 'since', detail: `must be at most ${length} before until${condition}` } };
  }
  const firstKeptMs = (Math.floor(nowMs / DAY_MS) - retentionDays) * DAY_MS;
  return { fromMs: Math.min(Math.max(fromMs, firstKeptMs), toMs), toMs };
}
