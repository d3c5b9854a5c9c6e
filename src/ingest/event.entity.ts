import { deliveryUuid, type Uuid } from '../shared/ids/uuid.js';

/** A row of `events`. Written and read by SQL, in groups: no ORM on this path. */
export interface EventRow {
  readonly id: Uuid;
  readonly tenantId: string;
  readonly eventType: string;
  readonly contentType: string;
  readonly payload: Buffer;
}

/** What is committed together: an event, its deliveries, and the key under which its publisher may repeat the request. */
export interface NewEvent extends EventRow {
  /** Each gets a delivery. Perhaps very many, and shared with other events that wait: the deliveries are made when they are written. */
  readonly subscriptionIds: readonly Uuid[];
  readonly idempotency: { readonly key: string; readonly fingerprint: Buffer } | null;
}

/** A delivery that is about to be written. */
export interface NewDelivery {
  readonly id: Uuid;
  readonly subscriptionId: Uuid;
  readonly event: NewEvent;
}

/** The first deliveries of an event, in the order of its subscriptions. */
export function deliveriesOf(event: NewEvent): NewDelivery[] {
  return event.subscriptionIds.map((subscriptionId, index) => ({
    id: deliveryUuid(event.id, index + 1),
    subscriptionId,
    event,
  }));
}
