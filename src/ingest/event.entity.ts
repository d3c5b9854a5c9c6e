import type { Uuid } from '../shared/ids/uuid.js';

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
  readonly deliveries: readonly { readonly id: Uuid; readonly subscriptionId: Uuid }[];
  readonly idempotency: { readonly key: string; readonly fingerprint: Buffer } | null;
}
