import type {
  CheckAnswer,
  CheckRequestAnswer,
  HealthPeriodAnswer,
  ListedSubscriptionAnswer,
  ReceiverCheckAnswer,
  ReplayPreviewAnswer,
  SecretsAnswer,
  SubscriptionWithHealthAnswer,
  TestedAnswer,
} from '../src/api/generated/index.ts';
import { ago, DAY, DELIVERIES, HOUR, MINUTE, SUBSCRIPTIONS } from './sample-data.ts';

const TYPES: readonly (readonly string[])[] = [
  ['order.*'],
  ['order.created', 'order.paid', 'invoice.*', 'customer.updated'],
  ['customer.*', 'order.created'],
  ['*'],
  ['shipment.created'],
  ['order.shipped', 'shipment.*'],
  ['order.*'],
];

/** The subscriptions of all pictures, with one that is paused and one that had nothing to do. */
export const LISTED: readonly ListedSubscriptionAnswer[] = SUBSCRIPTIONS.map((each, index) => {
  const { state } = each;
  const varied = { ...each, event_types: [...(TYPES[index] ?? ['*'])] };
  if (index === 3)
    return { ...varied, state: 'paused', health: { ...each.health, state: 'paused', waiting: 48, parked: 48 } };
  if (index !== 4 && state !== 'disabled') return varied;
  const nothing = each.health.success_by_hour.map(() => null) as typeof each.health.success_by_hour;
  return {
    ...varied,
    description: state === 'disabled' ? each.description : null,
    health: {
      ...each.health,
      state: state === 'disabled' ? state : 'idle',
      summary: 'Nothing was sent to its receiver in the last day.',
      success_rate: null,
      success_by_hour: nothing,
      lane: { in_flight: 0, width: 0, limit: 32, workers: 0 },
    },
  };
});

function detailed(index: number, given: Partial<SubscriptionWithHealthAnswer> = {}): SubscriptionWithHealthAnswer {
  const listed = LISTED[index]!;
  const isFailing = listed.health.state === 'failing';
  const nothing = { attempts: 0, success_rate: null, p95_ms: null };
  const period = (attempts: number, rate: number | null, p95: number): HealthPeriodAnswer =>
    listed.state === 'disabled' ? nothing : { attempts, success_rate: rate, p95_ms: p95 };
  return {
    ...listed,
    headers: { 'X-Team': 'billing', 'X-Api-Key': '[redacted]' },
    shown_headers: ['X-Team'],
    auth: { type: 'bearer', token: '[redacted]' },
    metadata: { customer: 'c_42' },
    ...given,
    health: {
      ...listed.health,
      last_hour: period(isFailing ? 61 : 1284, isFailing ? 0 : 1, isFailing ? 15_000 : 84),
      last_day: period(isFailing ? 2418 : 31_204, listed.health.success_rate, isFailing ? 15_000 : 91),
      last_success_at: isFailing ? ago(6 * HOUR) : ago(listed.state === 'disabled' ? 2 * DAY : MINUTE),
    },
  };
}

export const FAILING = detailed(1, {
  event_types: [...(TYPES[1] ?? [])],
});
export const HEALTHY = detailed(2);
const DISABLED = detailed(6);
export const DISABLED_HELD: SubscriptionWithHealthAnswer = {
  ...DISABLED,
  health: { ...DISABLED.health, waiting: 12, parked: 12 },
};

export const SECRETS: SecretsAnswer = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  signature_scheme: 'v1',
  public_key: null,
  previous: [
    {
      secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
      signature_scheme: 'v1',
      public_key: null,
      expires_at: ago(-22 * HOUR),
    },
  ],
};

const CHECKS: readonly CheckAnswer[] = [
  {
    name: 'good_signature',
    result: 'ok',
    sentence: 'The receiver accepted a correctly signed request (200).',
    evidence: {},
  },
  {
    name: 'tampered_body',
    result: 'failed',
    sentence:
      'The receiver accepted a request whose body was changed after signing (200), so it does not verify signatures, and anybody who knows its URL can send it events: verify webhook-signature over the raw body, and answer 401 if it is wrong.',
    evidence: {},
  },
  {
    name: 'old_timestamp',
    result: 'failed',
    sentence:
      'The receiver accepted a request that was signed ten minutes ago (200), because it accepts any request: a Standard Webhooks library refuses wrong signatures and old timestamps alike.',
    evidence: {},
  },
  {
    name: 'same_id_twice',
    result: 'ok',
    sentence: 'The receiver accepted the same webhook-id twice (200, 200).',
    evidence: {},
  },
  { name: 'redirects', result: 'ok', sentence: 'No answer was a redirect.', evidence: {} },
  {
    name: 'tls',
    result: 'warning',
    sentence: 'The certificate expires in 12 days, on 11 Dec: renew it before that.',
    evidence: {},
  },
  {
    name: 'latency',
    result: 'ok',
    sentence: 'The receiver answers in 37 ms, and connecting takes 52 ms.',
    evidence: {},
  },
  {
    name: 'response_size',
    result: 'ok',
    sentence: 'No response body was longer than what is read of it.',
    evidence: {},
  },
];

const PURPOSES: readonly CheckRequestAnswer['purpose'][] = [
  'good',
  'repeat',
  'tampered',
  'old',
  'good',
  'good',
  'good',
];

export const CHECKED: ReceiverCheckAnswer = {
  subscription_id: HEALTHY.id,
  target_url: HEALTHY.target_url,
  started_at: ago(4000),
  duration_ms: 412,
  verdict: 'failed',
  summary: 'Deliveries arrive, but 2 checks failed (tampered_body, old_timestamp), and 1 check has a warning (tls).',
  checks: [...CHECKS],
  requests: PURPOSES.map((purpose, index) => ({
    number: index + 1,
    purpose,
    status_code: 200,
    error: null,
    response_headers: {},
    response_body: 'ok',
    webhook_id: 'evt_01kb8m2dgjye1vj6pkef748aa6',
    sent_at: ago(4000),
    duration_ms: 37 + index,
    set_up_ms: index === 0 ? 52 : null,
  })),
};

export const TESTED: TestedAnswer = {
  task_id: DELIVERIES[3]!.id,
  event_id: DELIVERIES[3]!.event_id,
  status: 'retrying',
  attempt: {
    number: 1,
    status_code: 401,
    error: { code: 'bad_status', message: 'the receiver answered 401' },
    response_headers: {},
    response_body: '{"error":"wrong signature"}',
    started_at: ago(1000),
    duration_ms: 38,
    late: false,
    request_headers: null,
    phases: null,
  },
};

export const REVIVED = {
  ...DISABLED,
  state: 'active',
  disabled_reason: null,
  disabled_at: null,
  revival: {
    disabled_reason: 'gone',
    disabled_at: ago(2 * DAY),
    held: 12,
    replay: { kind: 'missing', subscription_id: DISABLED.id, since: ago(2 * DAY), until: ago(0) },
    summary: '',
  },
};

export const PREVIEW: ReplayPreviewAnswer = {
  kind: 'missing',
  filters: {},
  matched: 1204,
  rate: 50,
  least_seconds: 25,
  first: [],
};
