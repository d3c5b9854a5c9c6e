import type { Uuid } from '../../shared/ids/uuid.js';
import type { Addressing } from './addressing.js';

/** A row of `events`. Plain SQL writes and reads these rows in groups; this path uses no ORM. */
export interface EventRow {
  readonly id: Uuid;
  readonly tenantId: string;
  readonly eventType: string;
  readonly contentType: string;
  readonly payload: Buffer;
}

/** An event, to be committed together with its deliveries and its idempotency key. */
export interface NewEvent extends EventRow {
  readonly addressing: Addressing;
  readonly deliveryCount: number;
  readonly tags: readonly string[];
  readonly idempotency: { readonly key: string; readonly fingerprint: Buffer } | null;
}

/** An event whose subscriptions are listed. */
export interface AddressedEvent extends NewEvent {
  /** Each gets a delivery. Waiting events may share this array, so deliveries are made only when they are written. */
  readonly subscriptionIds: readonly Uuid[];
}

/** An event whose number of subscriptions may be unknown until it is written. */
export type UncountedEvent = Omit<NewEvent, 'deliveryCount'>;

/** A delivery that is about to be written. */
export interface NewDelivery {
  readonly id: Uuid;
  readonly subscriptionId: Uuid;
  readonly event: AddressedEvent;
}
