import type { Uuid } from '../../shared/ids/uuid.js';

/** Says that a delivery may be claimed: as long as it has had just so many attempts. */
export interface WakeUp {
  readonly id: Uuid;
  readonly subscriptionId: Uuid;
  readonly attemptCount: number;
  /** '' where the job of an earlier version did not say. */
  readonly tenantId: string;
}
