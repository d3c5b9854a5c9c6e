import type { ClaimedDelivery, ClaimedSubscription } from '../../src/delivery/domain/claimed-delivery.js';
import type { FinishedAttempt } from '../../src/delivery/domain/finished-attempt.js';
import { type AttemptResult, NO_PHASES } from '../../src/delivery/domain/attempt-outcome.js';
import type { AddressedEvent } from '../../src/ingest/domain/new-event.js';
import { publicIdsOf, toPublicId } from '../../src/shared/ids/public-id.js';
import { deliveryUuid, eventUuidOf, newEventUuid, newUuid } from '../../src/shared/ids/uuid.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import type { SubscriptionInput } from './api-client.js';

/** Input of a subscription for order.created. Its target is a public address, because others are refused. */
export function aSubscription(input: SubscriptionInput = {}): SubscriptionInput {
  const wants = 'event_type' in input || 'event_types' in input ? {} : { event_types: ['order.created'] };
  return { target_url: 'https://1.1.1.1/webhooks', ...wants, ...input };
}

/** A publication without an idempotency key, for one subscription that need not exist. */
export function aNewEvent(given: Partial<Omit<AddressedEvent, 'deliveryCount'>> = {}): AddressedEvent {
  const id = given.id ?? newEventUuid(Date.now());
  const subscriptionIds = given.subscriptionIds ?? [newUuid(Date.now())];
  return {
    id,
    tenantId: 'default',
    eventType: 'order.created',
    contentType: 'application/json',
    payload: Buffer.from('{}'),
    addressing: 'one',
    tags: [],
    idempotency: null,
    ...given,
    subscriptionIds,
    deliveryCount: subscriptionIds.length,
  };
}

/** A delivery before its first attempt, for a subscription with default settings. */
export function aClaimedDelivery(
  given: Partial<Omit<ClaimedDelivery, 'subscription'>> & { subscription?: Partial<ClaimedSubscription> } = {},
): ClaimedDelivery {
  const id = given.id ?? deliveryUuid(newEventUuid(Date.now()), 1);
  const subscriptionId = given.subscriptionId ?? newUuid(Date.now());
  return {
    id,
    eventId: eventUuidOf(id),
    subscriptionId,
    tenantId: 'default',
    attempt: 1,
    abandonedCount: 0,
    eventType: 'order.created',
    contentType: 'application/json',
    payload: Buffer.from('{}'),
    tags: [],
    publicIds: publicIdsOf(id),
    webhookId: null,
    ...given,
    subscription: {
      publicId: toPublicId('sub', subscriptionId),
      targetUrl: 'https://1.1.1.1/webhooks',
      secrets: [],
      auth: null,
      headers: {},
      shownHeaders: [],
      maxAttempts: null,
      initialIntervalMs: null,
      maxIntervalMs: null,
      timeoutMs: null,
      maxInFlight: null,
      ...given.subscription,
    },
  };
}

export function aDeliveryTo(targetUrl: string): ClaimedDelivery {
  return aClaimedDelivery({ subscription: { targetUrl } });
}

export interface AttemptGiven {
  readonly id?: string;
  readonly attempt?: number;
  readonly result?: Partial<AttemptResult>;
  readonly decision?: FinishedAttempt['decision'];
  /** Time since its start. Defaults to its duration. */
  readonly ageMs?: number;
}

/** A success with an empty response body. */
export function aFinishedAttempt(given: AttemptGiven = {}): FinishedAttempt {
  const { id, tenantId, attempt, eventType } = aClaimedDelivery({
    ...(given.id !== undefined && { id: given.id }),
    attempt: given.attempt ?? 1,
  });
  const result: AttemptResult = {
    statusCode: 200,
    error: null,
    durationMs: 12.4,
    responseHeaders: {},
    responseBody: Buffer.alloc(0),
    retryAfter: null,
    phases: NO_PHASES,
    sent: null,
    ...given.result,
  };
  return {
    delivery: { id, tenantId, attempt, eventType },
    result,
    decision: given.decision ?? { next: 'delivered' },
    startedMs: new SystemClock().monotonicMs() - (given.ageMs ?? result.durationMs),
  };
}
