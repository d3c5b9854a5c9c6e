import type { Page } from 'playwright-core';
import { type Area, pageOf } from '../area.ts';
import { DELIVERIES, DELIVERY, EVENT, OF_EVENT, PAYLOAD, SUBSCRIPTIONS } from '../sample-data.ts';

const OPEN = `/deliveries/${DELIVERY.id}`;

export const DELIVERIES_AREA: Area = {
  shots: [
    { name: 'deliveries', path: '/deliveries' },
    { name: 'filtered', path: '/deliveries?status=failed,retrying&event_type=order.*' },
    { name: 'delivery', path: `${OPEN}?status=failed,retrying` },
    {
      name: 'delivery-attempt',
      path: `${OPEN}?status=failed,retrying`,
      act: (page) => page.locator('summary').first().click(),
    },
    { name: 'delivery-event', path: `${OPEN}?tab=event` },
    { name: 'delivery-payload', path: `${OPEN}?tab=payload` },
    { name: 'nothing-matches', path: '/deliveries?tag=nothing' },
    { name: 'filter', path: '/deliveries', act: (page) => page.keyboard.press('/') },
    { name: 'compare', path: `${OPEN}?compare=1,2` },
    { name: 'views', path: '/deliveries?status=failed&event_type=order.*', act: openViews },
    { name: 'selected', path: '/deliveries', act: (page) => page.keyboard.type('jxjjx') },
  ],
  answers: {
    '/deliveries': (query) => pageOf(matching(query)),
    '/subscriptions': (query) => pageOf(SUBSCRIPTIONS.filter(({ state }) => (query.get('state') ?? state) === state)),
    [OPEN]: () => ({ json: DELIVERY }),
    [`/events/${EVENT.id}`]: () => ({ json: EVENT }),
    [`/events/${EVENT.id}/payload`]: () => ({ body: PAYLOAD, contentType: 'application/json' }),
  },
};

const VIEWS = [
  { name: 'Failed orders', query: 'status=failed&event_type=order.*' },
  { name: 'Globex, server errors', query: `subscription_id=${SUBSCRIPTIONS[0]?.id}&status_code=5xx` },
  { name: 'Retrying', query: 'status=retrying' },
];

async function openViews(page: Page): Promise<void> {
  await page.evaluate((text) => localStorage.setItem('webhooks.views.default', text), JSON.stringify(VIEWS));
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByText('Retrying', { exact: true }).last().waitFor();
}

function matching(query: URLSearchParams): readonly unknown[] {
  const statuses = query.get('status')?.split(',');
  if (query.get('tag') === 'nothing') return [];
  if (query.has('event_id')) return OF_EVENT;
  const subscription = query.get('subscription_id');
  return DELIVERIES.filter(
    ({ status, subscription_id: id }) =>
      (statuses?.includes(status) ?? true) && (subscription === null || subscription === id),
  ).slice(0, Number(query.get('limit') ?? DELIVERIES.length));
}
