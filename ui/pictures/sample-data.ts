import type {
  AttemptAnswer,
  DeliveryAnswer,
  DeliveryWithAttemptsAnswer,
  EventAnswer,
  HealthAnswer,
  LedgerAnswer,
  ListedSubscriptionAnswer,
  SessionAnswer,
  SubscriptionHealthAnswer,
} from '../src/api/generated/index.ts';

/** The moment of the pictures. */
export const NOW = Date.parse('2026-11-29T09:24:36.000Z');

const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

export const ago = (ms: number): string => new Date(NOW - ms).toISOString();
export const inMs = (ms: number): string => new Date(NOW + ms).toISOString();

/** A number from 0 to 1 that is always the same for a seed. */
export function chance(seed: number): number {
  const value = Math.sin(seed * 12.9898 + 78.233) * 43_758.5453;
  return value - Math.floor(value);
}

export function idOf(prefix: string, seed: number): string {
  const tail = Array.from({ length: 12 }, (_, place) => DIGITS[Math.floor(chance(seed * 31 + place) * 32)]).join('');
  return `${prefix}_01kb8m2dgjye1v${tail}`;
}

const SUMMARIES: Readonly<Record<string, string>> = {
  failing: 'All attempts have failed for 6 h. Look at the last error, and mend the receiver.',
  active: 'Everything arrives.',
  paused: 'It is paused; 48 deliveries wait for it to be resumed.',
  disabled: 'Its receiver answered 410 Gone, so nothing is sent to it. Enable it when the receiver is back.',
};

export const SESSION: SessionAnswer = {
  access: 'open',
  id: null,
  role: 'admin',
  tenant_id: null,
  capabilities: [
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
  ],
  subscription_ids: null,
  key_id: null,
  expires_at: null,
};

interface Receiver {
  readonly name: string;
  readonly url: string;
  readonly state: ListedSubscriptionAnswer['state'];
}

const RECEIVERS: readonly Receiver[] = [
  { name: 'Globex billing', url: 'https://hooks.globex.example/in', state: 'active' },
  { name: 'Initech ERP', url: 'https://erp.initech.example/webhooks/orders', state: 'active' },
  { name: 'Umbrella CRM', url: 'https://crm.umbrella.example/hook', state: 'active' },
  { name: 'Hooli feed', url: 'https://feed.hooli.example/v2/events', state: 'active' },
  { name: 'Vandelay imports', url: 'https://api.vandelay.example/hooks', state: 'active' },
  { name: 'Stark logistics', url: 'https://ops.stark.example/shipments', state: 'active' },
  { name: 'Old staging', url: 'https://staging.example.org/hooks', state: 'disabled' },
];

export const SUBSCRIPTIONS: readonly ListedSubscriptionAnswer[] = RECEIVERS.map(({ name, url, state }, index) => ({
  id: idOf('sub', index + 1),
  target_url: url,
  event_types: ['order.*'],
  state,
  disabled_reason: state === 'disabled' ? 'gone' : null,
  disabled_at: state === 'disabled' ? ago(2 * DAY) : null,
  description: name,
  headers: {},
  shown_headers: [],
  auth: null,
  signature_scheme: 'v1',
  public_key: null,
  retry: { max_attempts: 5, initial_interval: 10, max_interval: 3600 },
  timeout: 15,
  max_in_flight: 32,
  verify_ingest: false,
  metadata: {},
  created_at: ago(90 * DAY),
  updated_at: ago(3 * DAY),
  health: healthOf(index, state),
}));

/** The first two fail, the others work but for a hiccup. */
function healthOf(index: number, state: ListedSubscriptionAnswer['state']): SubscriptionHealthAnswer {
  const isFailing = index < 2 && state === 'active';
  const hours = Array.from({ length: 24 }, (_, hour) => {
    if (isFailing && hour > 17 - index * 3) return 0;
    return hour % 7 === index ? 0.96 : 1;
  }) as SubscriptionHealthAnswer['success_by_hour'];
  return {
    state: isFailing ? 'failing' : state === 'active' ? 'healthy' : state,
    summary: SUMMARIES[isFailing ? 'failing' : state] ?? '',
    success_rate: isFailing ? 0.731 - index * 0.11 : 0.997,
    success_by_hour: hours,
    consecutive_failures: isFailing ? 41 + index * 20 : 0,
    failing_since: isFailing ? ago(6 * HOUR) : null,
    disabling_progress: isFailing ? 0.05 : null,
    waiting: isFailing ? 312 : 0,
    parked: state === 'paused' ? 48 : 0,
    lane: { in_flight: isFailing ? 1 : 0, width: isFailing ? 1 : 32, limit: 32, workers: 1 },
    as_of: ago(MINUTE),
  };
}

type Outcome = Pick<DeliveryAnswer, 'status' | 'attempt_count' | 'last_status_code' | 'last_error'> & {
  readonly receiver: number;
  readonly nextMs?: number;
  readonly tookMs?: number;
};

const bad = (code: number): Pick<DeliveryAnswer, 'last_status_code' | 'last_error'> => ({
  last_status_code: code,
  last_error: { code: 'bad_status', message: `the receiver answered ${code}` },
});
const broken = (code: string, message: string): Pick<DeliveryAnswer, 'last_status_code' | 'last_error'> => ({
  last_status_code: null,
  last_error: { code, message },
});
const good = { status: 'delivered', attempt_count: 1, last_status_code: 200, last_error: null } as const;

const OUTCOMES: readonly Outcome[] = [
  { ...good, receiver: 5, tookMs: 38 },
  { ...good, receiver: 3, tookMs: 61 },
  { ...good, receiver: 2, tookMs: 212 },
  {
    ...broken('tls_failure', 'certificate has expired'),
    status: 'retrying',
    attempt_count: 3,
    receiver: 0,
    nextMs: 4 * MINUTE + 12 * SECOND,
  },
  { ...bad(500), status: 'failed', attempt_count: 5, receiver: 1, tookMs: 152_000 },
  { status: 'in_flight', attempt_count: 1, last_status_code: null, last_error: null, receiver: 2 },
  { ...good, receiver: 5, tookMs: 41 },
  {
    ...broken('timeout', 'no complete response within 15 s'),
    status: 'retrying',
    attempt_count: 2,
    receiver: 2,
    nextMs: 38 * SECOND,
  },
  { ...good, receiver: 3, tookMs: 57 },
  { status: 'pending', attempt_count: 0, last_status_code: null, last_error: null, receiver: 4 },
  { ...good, receiver: 5, tookMs: 44 },
  { ...bad(410), status: 'failed', attempt_count: 1, receiver: 6, tookMs: 34 },
  { ...good, receiver: 2, tookMs: 1204 },
  { ...bad(429), status: 'retrying', attempt_count: 1, receiver: 3, nextMs: 58 * SECOND },
  { ...good, receiver: 5, tookMs: 39 },
  {
    ...broken('dns_failure', 'the name api.vandelay.example does not exist'),
    status: 'failed',
    attempt_count: 5,
    receiver: 4,
    tookMs: 151_000,
  },
  { ...good, receiver: 3, tookMs: 63 },
  {
    ...broken('cancelled', 'cancelled by a person'),
    status: 'cancelled',
    attempt_count: 2,
    receiver: 1,
    tookMs: 24_000,
  },
  { ...good, receiver: 2, tookMs: 187 },
  { ...bad(502), status: 'failed', attempt_count: 5, receiver: 1, tookMs: 149_500 },
];

const TYPES = ['order.created', 'order.paid', 'order.shipped', 'order.created', 'order.cancelled', 'customer.updated'];
const COUNT = 240;
/** The delivery that is shown open. */
const FIRST_AT = 3;

export const DELIVERIES: readonly DeliveryAnswer[] = Array.from({ length: COUNT }, (_, index) => {
  const { receiver, nextMs, tookMs, ...outcome } = OUTCOMES[index % OUTCOMES.length]!;
  const subscription = SUBSCRIPTIONS[receiver]!;
  const ageMs = index < FIRST_AT ? (2 + index * 3) * SECOND : 7 * MINUTE + (index - FIRST_AT) ** 2 * 1400;
  const id = idOf('dlv', index + 100);
  return {
    id,
    task_id: id,
    event_id: idOf('evt', index + 100),
    webhook_id: idOf('evt', index + 100),
    subscription_id: subscription.id,
    event_type: TYPES[index % TYPES.length]!,
    tags: ['order-1234', 'customer-9'],
    target_url: subscription.target_url,
    retry_of: null,
    replay_id: null,
    max_attempts: 5,
    next_attempt_at: nextMs === undefined ? null : inMs(nextMs + Math.floor(index / OUTCOMES.length) * 47_000),
    created_at: ago(ageMs),
    finished_at: tookMs === undefined ? null : ago(ageMs - tookMs),
    ...outcome,
  };
});

const FIRST = DELIVERIES[FIRST_AT]!;

function attemptOf(number: number, given: Partial<AttemptAnswer>): AttemptAnswer {
  return {
    number,
    started_at: ago(7 * MINUTE),
    duration_ms: 212,
    status_code: null,
    error: null,
    response_headers: {},
    response_body: '',
    late: false,
    request_headers: [
      { name: 'content-type', value: 'application/json' },
      { name: 'webhook-id', value: FIRST.event_id },
      { name: 'webhook-timestamp', value: '1795936404' },
      { name: 'webhook-signature', value: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=' },
      { name: 'x-event-type', value: FIRST.event_type },
      { name: 'x-webhook-delivery', value: FIRST.id },
      { name: 'x-webhook-attempt', value: String(number) },
      { name: 'authorization', value: '***' },
    ],
    phases: { dns_ms: 3, connect_ms: 12, tls_ms: 26, wait_ms: 940, read_ms: 4 },
    ...given,
  };
}

export const DELIVERY: DeliveryWithAttemptsAnswer = {
  ...FIRST,
  summary:
    "The receiver's certificate expired on 26 Nov at 23:59:59 UTC. The next attempt is at 09:28:48 UTC, attempt 4 of 5. " +
    'The operator of hooks.globex.example must renew the certificate; nothing is lost meanwhile.',
  attempts: [
    attemptOf(1, {
      duration_ms: 988,
      status_code: 503,
      error: { code: 'bad_status', message: 'the receiver answered 503' },
      response_headers: { 'content-type': 'text/plain', 'retry-after': '60' },
      response_body: 'upstream is restarting',
    }),
    attemptOf(2, {
      started_at: ago(7 * MINUTE - 62 * SECOND),
      duration_ms: 2204,
      status_code: 503,
      error: { code: 'bad_status', message: 'the receiver answered 503' },
      response_headers: { 'content-type': 'text/plain', 'retry-after': '120', server: 'nginx' },
      response_body: 'upstream is restarting\nsince 10:17',
      phases: { dns_ms: 2, connect_ms: 11, tls_ms: 25, wait_ms: 2160, read_ms: 3 },
    }),
    attemptOf(3, {
      started_at: ago(MINUTE),
      duration_ms: 212,
      error: { code: 'tls_failure', message: 'certificate has expired' },
      request_headers: null,
      phases: { dns_ms: 13, connect_ms: 46, tls_ms: 127, wait_ms: null, read_ms: null },
    }),
  ],
};

export const EVENT: EventAnswer = {
  id: FIRST.event_id,
  event_type: FIRST.event_type,
  content_type: 'application/json',
  payload_bytes: 214,
  delivery_count: 6,
  outcomes: { delivered: 2, failed: 1, cancelled: 0, unfinished: 3 },
  tags: FIRST.tags,
  idempotency_key: null,
  payload_url: `/events/${FIRST.event_id}/payload`,
  created_at: FIRST.created_at,
};

export const OF_EVENT: readonly DeliveryAnswer[] = DELIVERIES.slice(FIRST_AT, FIRST_AT + 6).map((each) => ({
  ...each,
  event_id: EVENT.id,
  created_at: FIRST.created_at,
}));

export const PAYLOAD = JSON.stringify({
  id: 'ord_1234',
  customer: { id: 'cus_9', name: 'Ada Lovelace' },
  lines: [{ sku: 'ENG-1', quantity: 2, price: '40.00' }],
  total: '80.00',
  currency: 'EUR',
});

export const LEDGER: LedgerAnswer = {
  data: [],
  totals: { accepted: 1_548_120, delivered: 1_535_842, failed: 11_601, cancelled: 613, unfinished: 64, difference: 0 },
};

export const HEALTH: HealthAnswer = {
  status: 'degraded',
  info: {},
  error: {},
  details: {
    postgresql: { status: 'up' },
    queue: { status: 'degraded', message: 'no answer within 2 s' },
    deliveries: { status: 'up' },
  },
};
