import { type AttemptResult, isSuccess } from './attempt-outcome.js';
import { retryAfterMs } from './retry-after.js';

/** What happens next to a delivery. */
export type Decision =
  | { readonly next: 'delivered' }
  | { readonly next: 'failed'; readonly disablesSubscription: boolean }
  | { readonly next: 'retry'; readonly delayMs: number };

export interface RetryPolicy {
  /** Attempts in all. */
  readonly maxAttempts: number;
  readonly initialIntervalMs: number;
  readonly maxIntervalMs: number;
}

interface Circumstances {
  /** How many attempts of the delivery count against the policy, this one included. */
  readonly attemptsUsed: number;
  /** Milliseconds since the Unix epoch: `Retry-After` may be a date. */
  readonly nowMs: number;
  /** From 0 to just below 1. */
  readonly chance: number;
}

const GONE = 410;
/** Waits differ by up to this share, so that what failed together is not tried again together. */
const JITTER = 0.2;

/**
 * Decides what comes after an attempt. 2xx ends the delivery well; 410 and a blocked address end it badly at once, and
 * 410 ends deliveries to that subscription altogether; everything else is tried again until the attempts are used up.
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

/** Doubles from the initial interval to the longest one, give or take the jitter. */
function backoff(policy: RetryPolicy, { attemptsUsed, chance }: Circumstances): number {
  const intervalMs = Math.min(policy.maxIntervalMs, policy.initialIntervalMs * 2 ** (attemptsUsed - 1));
  return intervalMs * (1 - JITTER + 2 * JITTER * chance);
}
