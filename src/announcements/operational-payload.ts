import { toPublicId } from '../shared/ids/public-id.js';
import type { Uuid } from '../shared/ids/uuid.js';
import type {
  ReplayFinished,
  SubscriptionDisabled,
  SubscriptionFailing,
  SubscriptionRecovered,
} from './domain/announcement.js';
import {
  disabledSummary,
  failingSummary,
  type NamedSubscription,
  recoveredSummary,
  replaySummary,
} from './domain/announcement-summary.js';
import type {
  DeliveryFailedEvent,
  ReplayFinishedEvent,
  SubscriptionDisabledEvent,
  SubscriptionFailingEvent,
  SubscriptionRecoveredEvent,
} from './dto/operational-events.js';

/** What every operational event has. */
export interface Envelope {
  readonly eventId: Uuid;
  readonly occurredAt: Date;
  /** Present time, in milliseconds since the Unix epoch. */
  readonly nowMs: number;
}

/** A delivery that failed, as the API shows it. */
export interface FailedDelivery {
  readonly id: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly attempt_count: number;
  readonly last_status_code: number | null;
  readonly last_error: { readonly code: string; readonly message: string | null } | null;
  readonly finished_at: string | null;
  readonly summary: string;
}

/** @param omitted other failures for which this one stands */
export function deliveryFailed(
  envelope: Envelope,
  delivery: FailedDelivery,
  subscription: NamedSubscription,
  omitted: number,
): DeliveryFailedEvent {
  return {
    type: 'webhooks.delivery.failed',
    ...shared(envelope, delivery.summary),
    data: {
      delivery_id: delivery.id,
      delivery_url: `/deliveries/${delivery.id}`,
      event_id: delivery.event_id,
      event_url: `/events/${delivery.event_id}`,
      event_type: delivery.event_type,
      ...about(subscription),
      attempt_count: delivery.attempt_count,
      last_status_code: delivery.last_status_code,
      last_error: delivery.last_error,
      finished_at: delivery.finished_at,
      omitted,
    },
  };
}

export function subscriptionFailing(
  envelope: Envelope,
  failing: SubscriptionFailing,
  subscription: NamedSubscription,
): SubscriptionFailingEvent {
  return {
    type: 'webhooks.subscription.failing',
    ...shared(envelope, failingSummary(failing, subscription, envelope.nowMs)),
    data: {
      ...about(subscription),
      stage: failing.stage,
      failing_since: timeOf(failing.failingSinceMs),
      consecutive_failures: failing.consecutiveFailures,
      disables_at: timeOrNull(failing.disablesAtMs),
      last_status_code: failing.lastStatusCode,
      last_error: failing.lastError,
    },
  };
}

export function subscriptionDisabled(
  envelope: Envelope,
  disabled: SubscriptionDisabled,
  subscription: NamedSubscription,
): SubscriptionDisabledEvent {
  return {
    type: 'webhooks.subscription.disabled',
    ...shared(envelope, disabledSummary(disabled, subscription, envelope.nowMs)),
    data: {
      ...about(subscription),
      reason: disabled.reason,
      failing_since: timeOrNull(disabled.failingSinceMs),
      consecutive_failures: disabled.consecutiveFailures,
    },
  };
}

export function subscriptionRecovered(
  envelope: Envelope,
  recovered: SubscriptionRecovered,
  subscription: NamedSubscription,
): SubscriptionRecoveredEvent {
  return {
    type: 'webhooks.subscription.recovered',
    ...shared(envelope, recoveredSummary(recovered, subscription, envelope.nowMs)),
    data: {
      ...about(subscription),
      failing_since: timeOf(recovered.failingSinceMs),
      consecutive_failures: recovered.consecutiveFailures,
    },
  };
}

export function replayFinished(envelope: Envelope, replay: ReplayFinished): ReplayFinishedEvent {
  return {
    type: 'webhooks.replay.finished',
    ...shared(envelope, replaySummary(replay)),
    data: {
      replay_id: replay.replayId,
      replay_url: `/replays/${replay.replayId}`,
      outcome: replay.outcome,
      matched: replay.matched,
      sent: replay.sent,
      delivered: replay.delivered,
      failed: replay.failed,
      ...(replay.cancelled !== undefined && { cancelled: replay.cancelled }),
      ...(replay.skipped !== undefined && { skipped: replay.skipped }),
      started_at: timeOf(replay.startedAtMs),
      finished_at: timeOf(replay.finishedAtMs),
    },
  };
}

function shared({ eventId, occurredAt }: Envelope, summary: string) {
  return { id: toPublicId('evt', eventId), timestamp: occurredAt.toISOString(), summary };
}

function about({ id, description, targetHost }: NamedSubscription) {
  return {
    subscription_id: id,
    subscription_url: `/subscriptions/${id}`,
    subscription_description: description,
    target_host: targetHost,
  };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : timeOf(ms);
}
