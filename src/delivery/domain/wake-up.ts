import type { Uuid } from '../../shared/ids/uuid.js';
import type { Claim } from './claimed-delivery.js';

/** Tells a worker to claim a delivery, provided that it has had exactly this many attempts. */
export interface WakeUp {
  readonly id: Uuid;
  readonly subscriptionId: Uuid;
  readonly attemptCount: number;
  /** Empty in jobs of earlier versions, which did not contain it. */
  readonly tenantId: string;
}

/** A delivery in the queue of its lane. */
export interface QueuedDelivery extends WakeUp {
  /** Present if it was claimed when it was accepted. */
  readonly claim?: Claim;
}
