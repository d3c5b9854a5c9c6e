import type { Uuid } from '../../shared/ids/uuid.js';

/** A delivery that is about to be accepted, with what its first attempt needs of its event. */
export interface ArrivingDelivery {
  readonly id: Uuid;
  readonly subscriptionId: Uuid;
  readonly event: {
    readonly id: Uuid;
    readonly tenantId: string;
    readonly eventType: string;
    readonly contentType: string;
    readonly payload: Buffer;
    readonly tags: readonly string[];
  };
}

/** A subscription that was active when its deliveries were accepted, and the version of its row at that time. */
export interface ActiveSubscription {
  readonly id: Uuid;
  readonly version: string;
}
