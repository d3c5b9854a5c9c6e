import type { Page } from 'playwright-core';
import type {
  CheckAnswer,
  CheckRequestAnswer,
  ListedSubscriptionAnswer,
  ReceiverCheckAnswer,
  ReplayPreviewAnswer,
  SecretsAnswer,
  SubscriptionWithHealthAnswer,
  TestedAnswer,
} from '../../src/api/generated/index.ts';
import { type Area, pageOf } from '../area.ts';
import { ago, DAY, DELIVERIES, HOUR, MINUTE, SUBSCRIPTIONS } from '../sample-data.ts';

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
const LISTED: readonly ListedSubscriptionAnswer[] = SUBSCRIPTIONS.map((each, index) => {
  const varied = { ...each, event_types: [...(TYPES[index] ?? ['*'])] };
  if (index === 3)
    return { ...varied, state: 'paused', health: { ...each.health, state: 'paused', waiting: 48, parked: 48 } };
  if (index !== 4) return varied;
  const nothing = each.health.success_by_hour.map(() => null) as typeof each.health.success_by_hour;
  return {
    ...varied,
    description: null,
    health: {
      ...each.health,
      state: 'idle',
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
  return {
    ...listed,
    headers: { 'X-Team': 'billing', 'X-Api-Key': '[redacted]' },
    shown_headers: ['X-Team'],
    auth: { type: 'bearer', token: '[redacted]' },
    metadata: { customer: 'c_42' },
    ...given,
    health: {
      ...listed.health,
      last_hour: { attempts: isFailing ? 61 : 1284, success_rate: isFailing ? 0 : 1, p95_ms: isFailing ? 15_000 : 84 },
      last_day: {
        attempts: isFailing ? 2418 : 31_204,
        success_rate: listed.health.success_rate,
        p95_ms: isFailing ? 15_000 : 91,
      },
      last_success_at: isFailing ? ago(6 * HOUR) : ago(MINUTE),
    },
  };
}

const FAILING = detailed(1, {
  event_types: [...(TYPES[1] ?? [])],
});
const HEALTHY = detailed(2);
const DISABLED = detailed(6);
const DISABLED_HELD: SubscriptionWithHealthAnswer = {
  ...DISABLED,
  health: { ...DISABLED.health, waiting: 12, parked: 12 },
};

const SECRETS: SecretsAnswer = {
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

const CHECKED: ReceiverCheckAnswer = {
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

const TESTED: TestedAnswer = {
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

const REVIVED = {
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

const PREVIEW: ReplayPreviewAnswer = {
  kind: 'missing',
  filters: {} as ReplayPreviewAnswer['filters'],
  matched: 1204,
  rate: 50,
  least_seconds: 25,
  first: [],
};

const at = (subscription: { readonly id: string }, search = ''): string => `/subscriptions/${subscription.id}${search}`;

/** Presses a button, and takes the pointer away, because hints would hide what came of it. */
async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).first().click();
  await page.mouse.move(0, 0);
}

/** As for somebody who has no subscription yet. */
async function withNone(page: Page): Promise<void> {
  await page.route(
    ({ pathname }) => pathname === '/subscriptions',
    (route) => route.fulfill(pageOf([])),
  );
  await page.reload({ waitUntil: 'networkidle' });
}

export const SUBSCRIPTIONS_AREA: Area = {
  shots: [
    { name: 'subscriptions', path: '/subscriptions' },
    { name: 'subscriptions-empty', path: '/subscriptions', act: withNone },
    { name: 'subscriptions-nothing', path: '/subscriptions?search=nothing' },
    { name: 'subscriptions-menu', path: '/subscriptions', act: (page) => press(page, /^Actions for Initech/) },
    { name: 'new-where', path: '/subscriptions/new', act: (page) => press(page, 'Use the echo receiver') },
    {
      name: 'new-what',
      path: '/subscriptions/new',
      act: async (page) => {
        await press(page, 'Use the echo receiver');
        await press(page, 'Next');
        await page.getByRole('textbox', { name: 'Event types' }).fill('order.*,invoice.paid ');
      },
    },
    {
      name: 'new-check',
      path: `/subscriptions/new?step=check&id=${HEALTHY.id}`,
      act: (page) => press(page, 'Send a test'),
    },
    { name: 'subscription', path: at(FAILING) },
    { name: 'subscription-types', path: at(FAILING, '?tab=types') },
    {
      name: 'subscription-sending',
      path: at(HEALTHY, '?tab=sending'),
      act: (page) => page.getByRole('textbox', { name: 'Name', exact: true }).fill('Umbrella CRM, new'),
    },
    {
      name: 'subscription-security',
      path: at(HEALTHY, '?tab=security'),
      act: (page) => press(page, 'Show the secret'),
    },
    { name: 'subscription-rotate', path: at(HEALTHY, '?tab=security'), act: (page) => press(page, 'Rotate') },
    { name: 'subscription-doctor', path: at(HEALTHY, '?tab=test'), act: (page) => press(page, 'Check the receiver') },
    { name: 'subscription-disabled', path: at(DISABLED_HELD) },
    {
      name: 'subscription-revived',
      path: at(DISABLED_HELD),
      act: async (page) => {
        await page.route(
          ({ pathname }) => pathname === '/replays',
          (route) => route.fulfill({ json: PREVIEW }),
        );
        await press(page, 'Enable');
        await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click();
      },
    },
    { name: 'subscription-pause', path: at(FAILING), act: (page) => press(page, 'Pause') },
    {
      name: 'subscription-delete',
      path: at(FAILING),
      act: async (page) => {
        await press(page, 'More actions');
        await page.getByRole('menuitem', { name: 'Delete' }).click();
      },
    },
  ],
  answers: {
    '/subscriptions': (query) => {
      const text = query.get('search') ?? '';
      return pageOf(
        LISTED.filter(
          ({ state, description, target_url: url }) =>
            state === (query.get('state') ?? state) && `${description ?? ''} ${url}`.toLowerCase().includes(text),
        ),
      );
    },
    ...Object.fromEntries(
      [FAILING, HEALTHY].flatMap((each) => [
        [at(each), () => ({ json: each })],
        [`${at(each)}/secret`, () => ({ json: SECRETS })],
        [`${at(each)}/check`, () => ({ json: CHECKED })],
        [`${at(each)}/test`, () => ({ json: TESTED })],
      ]),
    ),
    // The answer of PATCH is one of GET, too.
    [at(DISABLED_HELD)]: () => ({ json: { ...REVIVED, ...DISABLED_HELD, revival: REVIVED.revival } }),
  },
};
