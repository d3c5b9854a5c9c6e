import type { Page } from 'playwright-core';
import { type Area, pageOf } from '../area.ts';
import { DELIVERIES, HEALTH, LEDGER, SESSION, SUBSCRIPTIONS } from '../sample-data.ts';
import { statsFor } from '../sample-stats.ts';

const ECHO = 'http://127.0.0.1:8000/echo/first';
const FIRST_SUBSCRIPTION = { ...SUBSCRIPTIONS[0]!, target_url: ECHO, event_types: ['order.created'] };
const ILL_SUBSCRIPTION = { ...FIRST_SUBSCRIPTION, target_url: `${ECHO}?status=503` };
const DELIVERED = { ...DELIVERIES.find(({ status }) => status === 'delivered')!, target_url: ECHO };
const RETRYING = { ...DELIVERIES.find(({ status }) => status === 'retrying')!, target_url: `${ECHO}?status=503` };

/** The first screen, and what is around every one. */
export const HOME_AREA: Area = {
  shots: [
    { name: 'home', path: '/' },
    { name: 'first-visit', path: '/', act: (page) => asNew(page) },
    { name: 'first-visit-publish', path: '/', act: (page) => asNew(page, { subscription: FIRST_SUBSCRIPTION }) },
    {
      name: 'first-visit-failing',
      path: '/',
      act: (page) => asNew(page, { subscription: ILL_SUBSCRIPTION, delivery: DELIVERED }),
    },
    {
      name: 'sample-traffic',
      path: '/',
      act: async (page) => {
        await asNew(page, { subscription: FIRST_SUBSCRIPTION, delivery: DELIVERED });
        // Time stands still for pictures, so the traffic stays where it began.
        await page.getByRole('button', { name: 'Make sample traffic' }).click();
        await page.getByRole('progressbar').waitFor();
      },
    },
    { name: 'palette', path: '/deliveries', act: (page) => page.keyboard.press('Control+k') },
    { name: 'keys', path: '/deliveries', act: (page) => page.keyboard.type('?') },
    { name: 'sign-in', path: '/', isOpen: false },
  ],
  answers: {
    '/session': () => ({ json: SESSION }),
    '/stats': (query) => ({ json: statsFor(query) }),
    '/ledger': () => ({ json: LEDGER }),
    '/health': () => ({ json: HEALTH }),
  },
};

interface Beginning {
  readonly subscription?: unknown;
  readonly delivery?: typeof DELIVERED;
}

/** Shows the page as somebody sees it whose service is new. */
async function asNew(page: Page, { subscription, delivery }: Beginning = {}): Promise<void> {
  const none = { accepted: 0, delivered: 0, failed: 0, cancelled: 0, attempts: 0, success_rate: null };
  const stats = { ...statsFor(new URLSearchParams()), data: [] };
  const totals = { ...none, attempt_ms: null, delivery_ms: null, waiting: null, oldest_due_at: null };
  await page.route('**/stats?**', (route) => route.fulfill({ json: { ...stats, totals } }));
  await page.route('**/ledger', (route) => route.fulfill({ json: { data: [], totals: LEDGER_OF_ONE } }));
  await page.route('**/health', (route) => route.fulfill({ json: { ...HEALTH, status: 'ok', details: {} } }));
  await page.route('**/subscriptions*', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({ status: 201, json: FIRST_SUBSCRIPTION })
      : route.fulfill(pageOf(subscription === undefined ? [] : [subscription])),
  );
  await page.route('**/webhooks/**', (route) =>
    route.fulfill({ status: 202, json: { event_id: 'evt_', deliveries: 1 } }),
  );
  await page.route('**/deliveries?**', (route) => {
    const isFailing = new URL(route.request().url()).searchParams.get('event_id') === RETRYING.event_id;
    return route.fulfill(pageOf(delivery === undefined ? [] : [isFailing ? RETRYING : delivery]));
  });
  const progress = { eventId: delivery?.event_id, failingEventId: RETRYING.event_id };
  if (delivery !== undefined) {
    await page.evaluate((text) => localStorage.setItem('first-visit', text), JSON.stringify(progress));
  }
  await page.reload({ waitUntil: 'networkidle' });
  await page.getByRole('region', { name: 'First steps' }).waitFor();
}

const LEDGER_OF_ONE = { accepted: 1, delivered: 1, failed: 0, cancelled: 0, unfinished: 0, difference: 0 };
