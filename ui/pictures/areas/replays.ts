import type { ReplayAnswer, ReplayPreviewAnswer } from '../../src/api/generated/index.ts';
import { type Area, pageOf } from '../area.ts';
import { ago, DAY, DELIVERIES, HOUR, idOf, MINUTE, SUBSCRIPTIONS } from '../sample-data.ts';

const KEY = idOf('key', 7);
const [GLOBEX, INITECH, , HOOLI] = SUBSCRIPTIONS.map(({ id }) => id);

function aReplay(seed: number, given: Partial<ReplayAnswer>): ReplayAnswer {
  const counts = { matched: 0, sent: 0, skipped: 0, delivered: 0, failed: 0, cancelled: 0, ...given };
  return {
    id: idOf('rpl', seed),
    kind: 'failed',
    filters: {},
    state: 'finished',
    summary: '',
    progress: counts.matched === 0 ? 1 : (counts.sent + counts.skipped) / counts.matched,
    rate: 100,
    created_by: KEY,
    last_error: null,
    created_at: ago(HOUR),
    finished_at: ago(HOUR - 10 * MINUTE),
    ...counts,
  };
}

const RUNNING = aReplay(1, {
  state: 'running',
  filters: { subscription_id: INITECH, event_type: 'order.*', since: ago(9 * HOUR + 24 * MINUTE + 36_000) },
  summary: '8,120 of 12,840 are sent, at up to 50 a second.',
  ...{ matched: 12_840, sent: 8120, delivered: 7904, failed: 62, skipped: 0, rate: 50 },
  created_at: ago(3 * MINUTE),
  finished_at: null,
});

const REPLAYS: readonly ReplayAnswer[] = [
  RUNNING,
  aReplay(2, {
    state: 'paused',
    kind: 'missing',
    filters: { subscription_id: HOOLI, since: ago(3 * DAY + HOUR) },
    ...{ matched: 418, sent: 120, delivered: 120 },
    rate: 2,
    created_at: ago(42 * MINUTE),
    finished_at: null,
  }),
  aReplay(3, {
    filters: { subscription_id: GLOBEX, error_code: 'tls_failure' },
    ...{ matched: 1284, sent: 1284, delivered: 1279, failed: 5 },
    created_at: ago(5 * HOUR),
  }),
  aReplay(4, {
    kind: 'status',
    filters: { statuses: ['failed', 'cancelled'], tag: 'order-1234' },
    ...{ matched: 12, sent: 9, skipped: 3, delivered: 9 },
    created_at: ago(26 * HOUR),
  }),
  aReplay(5, {
    state: 'cancelled',
    filters: { event_type: 'customer.*', until: ago(2 * DAY) },
    ...{ matched: 90_412, sent: 14_200, delivered: 11_031, failed: 3169 },
    rate: 200,
    created_at: ago(2 * DAY),
  }),
  aReplay(6, {
    kind: 'selected',
    ...{ matched: 3, sent: 3, delivered: 3 },
    created_at: ago(4 * DAY),
    created_by: null,
  }),
];

const PREVIEW: ReplayPreviewAnswer = {
  kind: 'failed',
  filters: { event_type: 'order.*' },
  matched: 1284,
  rate: 100,
  least_seconds: 13,
  first: DELIVERIES.filter(({ status }) => status === 'failed')
    .slice(0, 10)
    .map((delivery, index) => ({
      delivery_id: delivery.id,
      event_id: delivery.event_id,
      event_type: 'order.created',
      subscription_id: delivery.subscription_id,
      status: 'failed',
      accepted_at: ago(9 * HOUR - index * 4 * MINUTE),
    })),
};

const NEW = '/replays/new?event_type=order.*&dry_run=true';

export const REPLAYS_AREA: Area = {
  shots: [
    { name: 'replays', path: '/replays' },
    { name: 'replay', path: `/replays/${RUNNING.id}` },
    { name: 'replay-new', path: NEW },
    {
      name: 'replay-confirm',
      path: NEW,
      act: async (page) => {
        await page.getByRole('button', { name: /^Send .* again$/ }).click();
        await page.getByLabel('Type 1284 to go on').waitFor();
      },
    },
    { name: 'replay-refused', path: '/replays/new?status=failed,retrying&idempotency_key=order-1234&dry_run=true' },
  ],
  answers: {
    '/replays': () => pageOf(REPLAYS),
    'POST /replays': () => ({ json: PREVIEW }),
    [`/replays/${RUNNING.id}`]: () => ({ json: RUNNING }),
  },
};
