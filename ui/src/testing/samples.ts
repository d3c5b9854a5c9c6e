import type { Ability } from '../api/access';
import type {
  DeliveryAnswer,
  DeliveryPage,
  DeliveryWithAttemptsAnswer,
  EventAnswer,
  SessionAnswer,
} from '../api/generated';

/** What an admin may do. */
export const ABILITIES_OF_ALL: readonly Ability[] = [
  'subscriptions:read',
  'subscriptions:write',
  'subscriptions:test',
  'secrets:read',
  'deliveries:read',
  'deliveries:retry',
  'payloads:read',
  'replays:write',
  'events:publish',
  'access:administer',
];

const ID = '01k6zv1yqpe7rtqq6zjy2';

export function aSession(given: Partial<SessionAnswer> = {}): SessionAnswer {
  return {
    access: 'session',
    id: `ses_${ID}k3m4n`,
    role: 'admin',
    tenant_id: null,
    capabilities: [...ABILITIES_OF_ALL],
    subscription_ids: null,
    key_id: `key_${ID}k3m4n`,
    expires_at: '2026-01-31T12:30:00.000Z',
    ...given,
  };
}

/** The id of the n-th delivery. */
export function deliveryId(number: number): string {
  return `dlv_${ID}${String(number).padStart(5, '0')}`;
}

export function aDelivery(given: Partial<DeliveryAnswer> = {}): DeliveryAnswer {
  const id = given.id ?? deliveryId(1);
  return {
    id,
    task_id: id,
    event_id: `evt_${ID}00000`,
    webhook_id: `evt_${ID}00000`,
    subscription_id: `sub_${ID}k3m4n`,
    event_type: 'order.created',
    tags: [],
    target_url: 'https://hooks.example.com/in',
    status: 'retrying',
    retry_of: null,
    replay_id: null,
    attempt_count: 1,
    max_attempts: 5,
    next_attempt_at: '2026-01-31T12:00:10.000Z',
    last_status_code: 503,
    last_error: { code: 'bad_status', message: 'the receiver answered 503' },
    created_at: '2026-01-31T12:00:00.000Z',
    finished_at: null,
    ...given,
  };
}

export function aDeliveryWithAttempts(given: Partial<DeliveryWithAttemptsAnswer> = {}): DeliveryWithAttemptsAnswer {
  return {
    ...aDelivery(given),
    summary: 'The receiver answered 503; four attempts are left.',
    attempts: [
      {
        number: 1,
        started_at: '2026-01-31T12:00:00.000Z',
        duration_ms: 120,
        status_code: 503,
        error: { code: 'bad_status', message: 'the receiver answered 503' },
        response_headers: { 'content-type': 'text/plain' },
        response_body: 'try later',
        late: false,
        request_headers: [
          { name: 'host', value: 'hooks.example.com' },
          { name: 'content-type', value: 'application/json' },
          { name: 'webhook-id', value: `evt_${ID}00000` },
          { name: 'webhook-timestamp', value: '1769860800' },
          { name: 'webhook-signature', value: 'v1,old' },
        ],
        phases: { dns_ms: 3, connect_ms: 11, tls_ms: 14, wait_ms: 90, read_ms: 0 },
      },
    ],
    ...given,
  };
}

/** Deliveries from one number down to another, newest first. */
export function deliveriesFrom(first: number, last: number): DeliveryAnswer[] {
  return Array.from({ length: first - last + 1 }, (_, index) => aDelivery({ id: deliveryId(first - index) }));
}

export function aPage(data: DeliveryAnswer[], given: Partial<DeliveryPage> = {}): DeliveryPage {
  return { data, has_more: false, next_cursor: null, prev_cursor: null, ...given };
}

/** The id of the n-th event. */
export function eventId(number: number): string {
  return `evt_${ID}${String(number).padStart(5, '0')}`;
}

export function anEvent(given: Partial<EventAnswer> = {}): EventAnswer {
  const id = given.id ?? eventId(1);
  return {
    id,
    event_type: 'order.created',
    content_type: 'application/json',
    payload_bytes: 1024,
    delivery_count: 13,
    outcomes: { delivered: 12, failed: 1, cancelled: 0, unfinished: 0 },
    tags: ['order-1234'],
    idempotency_key: null,
    payload_url: `/events/${id}/payload`,
    created_at: '2026-01-31T12:00:00.000Z',
    ...given,
  };
}
