import type { Uuid } from '../../shared/ids/uuid.js';
import type { SealedAuth, SealedHeaders, SealedSecret } from '../../subscriptions/index.js';

/** A delivery in flight, with everything needed to send it. */
export interface ClaimedDelivery {
  readonly id: Uuid;
  readonly eventId: Uuid;
  readonly subscriptionId: Uuid;
  readonly tenantId: string;
  /** Number of the attempt, from 1. The claim makes this worker the only one to send it. */
  readonly attempt: number;
  /** Earlier attempts that a crash cut short. They do not count against the retry policy. */
  readonly abandonedCount: number;
  readonly eventType: string;
  readonly contentType: string;
  readonly payload: Buffer;
  readonly tags: readonly string[];
  /** Ids as clients and receivers see them. */
  readonly publicIds: { readonly delivery: string; readonly event: string };
  /** A `webhook-id` of its own, which a manual retry may have; null for the id of the event. */
  readonly webhookId: string | null;
  readonly subscription: ClaimedSubscription;
}

/** A delivery in flight. */
export interface Claim {
  readonly delivery: ClaimedDelivery;
  /** When the claim was sent, on the monotonic clock. The lease started no earlier. */
  readonly claimedAtMs: number;
}

/** The subscription at the time of the claim. Null means the default of the service. */
export interface ClaimedSubscription {
  readonly publicId: string;
  readonly targetUrl: string;
  readonly secrets: readonly SealedSecret[];
  readonly headers: SealedHeaders;
  /** Names of headers whose values are no secrets, in lower case. */
  readonly shownHeaders: readonly string[];
  readonly auth: SealedAuth | null;
  readonly maxAttempts: number | null;
  readonly initialIntervalMs: number | null;
  readonly maxIntervalMs: number | null;
  readonly timeoutMs: number | null;
  readonly maxInFlight: number | null;
}
