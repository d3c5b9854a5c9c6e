import type { Uuid } from '../../shared/ids/uuid.js';

/** Tells a worker to claim a delivery, provided that it has had exactly this many attempts. */
export interface WakeUp {
  readonly id: Uuid;
  readonly subscriptionId: Uuid;
  readonly attemptCount: number;
  /** Empty in jobs of earlier versions, which did not contain it. */
  readonly tenantId: string;
}
