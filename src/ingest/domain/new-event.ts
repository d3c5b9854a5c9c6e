import type { Uuid } from '../../shared/ids/uuid.js';

/** A row of `events`. Written and read by SQL, in groups: no ORM on this path. */
export interface EventRow {
  readonly id: Uuid;
  readonly tenantId: string;
  readonly eventType: string;
  readonly contentType: string;
  readonly payload: Buffer;
}

/**
 * What is committed together: an event, its deliveries, and the key under which its publisher may repeat the request.
 */
export interface NewEvent extends EventRow {
  readonly deliveryCount: number;
  readonly idempotency: { readonly key: string; readonly fingerprint: Buffer } | null;
}

/** An event whose subscriptions are known one by one. */
export interface AddressedEvent extends NewEvent {
  /** Each gets a delivery. Shared with other events that wait: the deliveries are made when they are written. */
  readonly subscriptionIds: readonly Uuid[];
}

/** An event for all who want its type: how many they are may be known only when it is written. */
export type UncountedEvent = Omit<NewEvent, 'deliveryCount'>;

/** A delivery that is about to be written. */
export interface NewDelivery {
  readonly id: Uuid;
  readonly subscriptionId: Uuid;
  readonly event: AddressedEvent;
}
