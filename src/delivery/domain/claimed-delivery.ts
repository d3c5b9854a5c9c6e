import type { Uuid } from '../../shared/ids/uuid.js';
import type { SealedAuth, SealedHeaders, SealedSecret } from '../../subscriptions/index.js';

/** A delivery in flight, with everything that sending it takes. */
export interface ClaimedDelivery {
  readonly id: Uuid;
  readonly eventId: Uuid;
  readonly subscriptionId: Uuid;
  readonly tenantId: string;
  /** Number of the attempt it was claimed for, from 1; nobody else sends that one. */
  readonly attempt: number;
  /** How many earlier attempts a crash cut short: they don't count against the retry policy. */
  readonly abandonedCount: number;
  readonly eventType: string;
  readonly contentType: string;
  readonly payload: Buffer;
  /** As others know them. */
  readonly publicIds: { readonly delivery: string; readonly event: string };
  readonly subscription: ClaimedSubscription;
}

/** The subscription as it was when the delivery was claimed; null where it leaves a choice to the service. */
export interface ClaimedSubscription {
  readonly publicId: string;
  readonly targetUrl: string;
  readonly secrets: readonly SealedSecret[];
  readonly headers: SealedHeaders;
  readonly auth: SealedAuth | null;
  readonly maxAttempts: number | null;
  readonly initialIntervalMs: number | null;
  readonly maxIntervalMs: number | null;
  readonly timeoutMs: number | null;
  readonly maxInFlight: number | null;
}
