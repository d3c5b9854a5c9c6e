import { type AttemptResult, isSuccess } from './attempt-outcome.js';
import { retryAfterMs } from './retry-after.js';

/** What happens next to a delivery. */
export type Decision =
  | { readonly next: 'delivered' }
  | { readonly next: 'failed'; readonly disablesSubscription: boolean }
  | { readonly next: 'retry'; readonly delayMs: number };

export interface RetryPolicy {
  /** Maximum attempts in total, the first one included. */
  readonly maxAttempts: number;
  readonly initialIntervalMs: number;
  readonly maxIntervalMs: number;
}

interface Circumstances {
  /** Attempts of the delivery that count against the policy, this one included. */
  readonly attemptsUsed: number;
  /** Milliseconds since the Unix epoch, needed when `Retry-After` is a date. */
  readonly nowMs: number;
  /** Random number from 0 to just below 1. */
  readonly chance: number;
}

const GONE = 410;
/** Intervals vary by up to this share, so that deliveries that failed together are not retried together. */
const JITTER = 0.2;

/**
 * Decides what comes after an attempt. After a 2xx, the delivery is delivered. After a 410 or a blocked address, it
 * fails at once, and a 410 also disables the subscription. After anything else, it is retried until its attempts are
 * used up.
 */
export function decide(policy: RetryPolicy, result: AttemptResult, circumstances: Circumstances): Decision {
  if (result.statusCode !== null && isSuccess(result.statusCode)) return { next: 'delivered' };
  if (result.statusCode === GONE) return { next: 'failed', disablesSubscription: true };
  const isHopeless = result.error?.code === 'blocked_address' || circumstances.attemptsUsed >= policy.maxAttempts;
  if (isHopeless) return { next: 'failed', disablesSubscription: false };
  const backoffMs = backoff(policy, circumstances);
  const askedMs = result.retryAfter === null ? 0 : retryAfterMs(result.retryAfter, circumstances.nowMs);
  return { next: 'retry', delayMs: Math.round(Math.max(backoffMs, Math.min(askedMs, policy.maxIntervalMs))) };
}

/** The interval doubles from the initial to the maximum one, plus or minus the jitter. */
function backoff(policy: RetryPolicy, { attemptsUsed, chance }: Circumstances): number {
  const intervalMs = Math.min(policy.maxIntervalMs, policy.initialIntervalMs * 2 ** (attemptsUsed - 1));
  return intervalMs * (1 - JITTER + 2 * JITTER * chance);
}
