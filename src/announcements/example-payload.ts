import { EXAMPLE_IDS, parsePublicId } from '../shared/ids/public-id.js';
import type { OperationalEventType } from './domain/announcement.js';
import type { OperationalPayload } from './dto/operational-events.js';
import {
  deliveryFailed,
  replayFinished,
  subscriptionDisabled,
  subscriptionFailing,
  subscriptionRecovered,
} from './operational-payload.js';

const NOON_MS = Date.UTC(2026, 0, 31, 12);
const HOUR_MS = 3_600_000;
const ENVELOPE = {
  eventId: parsePublicId(EXAMPLE_IDS.evt, 'evt').uuid,
  occurredAt: new Date(NOON_MS),
  nowMs: NOON_MS,
};
const ERROR = { code: 'bad_status', message: 'the receiver answered 500' };
const SUBSCRIPTION_ID = parsePublicId(EXAMPLE_IDS.sub, 'sub').uuid;
const SUMMARY = `The receiver answered 500; the delivery failed at 12:00:00 UTC after five attempts, with none left; once that is fixed, POST /deliveries/${EXAMPLE_IDS.dlv}/retry sends it again.`;
const SUBSCRIPTION = { id: EXAMPLE_IDS.sub, description: 'Billing', targetHost: 'example.com' };

const DELIVERY = {
  id: EXAMPLE_IDS.dlv,
  event_id: EXAMPLE_IDS.evt,
  event_type: 'order.created',
  attempt_count: 5,
  last_status_code: 500,
  last_error: ERROR,
  finished_at: ENVELOPE.occurredAt.toISOString(),
  summary: SUMMARY,
};

const FAILING = {
  subscriptionId: SUBSCRIPTION_ID,
  stage: 'half_way',
  failingSinceMs: NOON_MS - 60 * HOUR_MS,
  consecutiveFailures: 48,
  disablesAtMs: NOON_MS + 60 * HOUR_MS,
  lastStatusCode: 500,
  lastError: ERROR,
} as const;

const DISABLED = {
  subscriptionId: SUBSCRIPTION_ID,
  reason: 'gone',
  failingSinceMs: null,
  consecutiveFailures: null,
};

const REPLAY = {
  replayId: 'rpl_01k6zv1yqpe7rtqq6zjy2k3m4n',
  outcome: 'completed',
  matched: 1200,
  sent: 1200,
  delivered: 1198,
  failed: 2,
  cancelled: 0,
  skipped: 0,
  startedAtMs: NOON_MS - 120_000,
  finishedAtMs: NOON_MS,
} as const;

const EXAMPLES: Readonly<Record<OperationalEventType, OperationalPayload>> = {
  'webhooks.delivery.failed': deliveryFailed(ENVELOPE, DELIVERY, SUBSCRIPTION, 0),
  'webhooks.subscription.failing': subscriptionFailing(ENVELOPE, FAILING, SUBSCRIPTION),
  'webhooks.subscription.disabled': subscriptionDisabled(ENVELOPE, DISABLED, SUBSCRIPTION),
  'webhooks.subscription.recovered': subscriptionRecovered(ENVELOPE, FAILING, SUBSCRIPTION),
  'webhooks.replay.finished': replayFinished(ENVELOPE, REPLAY),
};

/** The payload that stands for events of a type in the documentation and in tests; undefined for any other type. */
export function examplePayload(eventType: string): OperationalPayload | undefined {
  return (EXAMPLES as Readonly<Record<string, OperationalPayload>>)[eventType];
}
