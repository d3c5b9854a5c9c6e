import type { AttemptResult } from './attempt-outcome.js';
import type { ClaimedDelivery } from './claimed-delivery.js';
import type { Decision } from './retry-policy.js';

/** A finished attempt that is to be recorded. */
export interface FinishedAttempt {
  readonly delivery: Pick<ClaimedDelivery, 'id' | 'tenantId' | 'attempt' | 'eventType'>;
  readonly result: AttemptResult;
  readonly decision: Decision;
  /** When it started, by the monotonic clock of this process. A result may wait for PostgreSQL until it is recorded. */
  readonly startedMs: number;
}

/** A claimed delivery that was not sent because of a fault of this service. */
export interface PostponedDelivery {
  readonly delivery: Pick<ClaimedDelivery, 'id' | 'attempt'>;
  readonly delayMs: number;
}
