import type { AttemptResult } from './attempt-outcome.js';
import type { ClaimedDelivery } from './claimed-delivery.js';
import type { Decision } from './retry-policy.js';

/** An attempt that is over, to be recorded. */
export interface FinishedAttempt {
  readonly delivery: Pick<ClaimedDelivery, 'id' | 'tenantId' | 'attempt'>;
  readonly result: AttemptResult;
  readonly decision: Decision;
}

/** A claimed delivery of which nothing was sent, by a fault of ours. */
export interface PostponedDelivery {
  readonly delivery: Pick<ClaimedDelivery, 'id' | 'attempt'>;
  readonly delayMs: number;
}
