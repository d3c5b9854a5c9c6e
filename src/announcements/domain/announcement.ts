import type { Uuid } from '../../shared/ids/uuid.js';

/** Types of the operational events, which the service publishes itself. */
export const OPERATIONAL_EVENT_TYPES = [
  'webhooks.delivery.failed',
  'webhooks.subscription.failing',
  'webhooks.subscription.disabled',
  'webhooks.subscription.recovered',
  'webhooks.replay.finished',
] as const;
export type OperationalEventType = (typeof OPERATIONAL_EVENT_TYPES)[number];

/** A delivery became `failed`. */
export interface DeliveryFailed {
  readonly deliveryId: Uuid;
}

/** Steps on the way from the first failure to being disabled. */
export const FAILING_STAGES = ['started', 'half_way', 'last_warning'] as const;

/** A subscription has had nothing but failures for some time. Announced once for each stage. */
export interface SubscriptionFailing {
  readonly subscriptionId: Uuid;
  readonly stage: (typeof FAILING_STAGES)[number];
  /** Of the first failure in the row, in milliseconds since the Unix epoch, like all times here. */
  readonly failingSinceMs: number;
  readonly consecutiveFailures: number;
  /** When it is disabled, at the earliest, unless something succeeds; null if it never is. */
  readonly disablesAtMs: number | null;
  /** Of the last attempt. */
  readonly lastStatusCode: number | null;
  readonly lastError: { readonly code: string; readonly message: string | null } | null;
}

/** The service disabled a subscription. */
export interface SubscriptionDisabled {
  readonly subscriptionId: Uuid;
  /** As `disabled_reason` of the subscription. */
  readonly reason: string;
  /** Null if it was not disabled for its failures. */
  readonly failingSinceMs: number | null;
  readonly consecutiveFailures: number | null;
}

/** A subscription that was announced as failing has had a success. */
export interface SubscriptionRecovered {
  readonly subscriptionId: Uuid;
  readonly failingSinceMs: number;
  /** Failures before the success. */
  readonly consecutiveFailures: number;
}

/** How a replay can end: with all that it matched, by a client, or because it could not go on. */
export const REPLAY_OUTCOMES = ['completed', 'cancelled', 'failed'] as const;

/** A replay ended. Counts are those at that time. */
export interface ReplayFinished {
  /** Public id. */
  readonly replayId: string;
  readonly outcome: (typeof REPLAY_OUTCOMES)[number];
  /** Events or deliveries that it found, those that it has sent again, and what came of these. */
  readonly matched: number;
  readonly sent: number;
  readonly delivered: number;
  readonly failed: number;
  /** Of those that it has sent, those that were cancelled; and those that it left out. Former versions do not say. */
  readonly cancelled?: number | undefined;
  readonly skipped?: number | undefined;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

/** What a tenant is told by an operational event. */
export type Announcement = { readonly tenantId: string } & (
  | { readonly type: 'webhooks.delivery.failed'; readonly data: DeliveryFailed }
  | { readonly type: 'webhooks.subscription.failing'; readonly data: SubscriptionFailing }
  | { readonly type: 'webhooks.subscription.disabled'; readonly data: SubscriptionDisabled }
  | { readonly type: 'webhooks.subscription.recovered'; readonly data: SubscriptionRecovered }
  | { readonly type: 'webhooks.replay.finished'; readonly data: ReplayFinished }
);
