import type { Page } from 'playwright-core';
import type {
  EventAnswer,
  EventExplanationAnswer,
  ExplainedSubscriptionAnswer,
} from '../../src/api/generated/index.ts';
import { type Area, pageOf } from '../area.ts';
import { chance, DELIVERIES, EVENT, OF_EVENT, SUBSCRIPTIONS } from '../sample-data.ts';

const OPEN = `/events/${EVENT.id}`;
const MISSED = SUBSCRIPTIONS[4]!;
const DISABLED = SUBSCRIPTIONS[6]!;
const BODY = 'textarea >> nth=1';

export const EVENTS_AREA: Area = {
  shots: [
    { name: 'events', path: '/events' },
    { name: 'event', path: OPEN },
    { name: 'event-payload', path: `${OPEN}?tab=payload`, act: lookFor },
    { name: 'event-raw', path: `${OPEN}?tab=payload&view=raw` },
    { name: 'events-none', path: '/events?tag=nothing' },
    { name: 'events-empty', path: '/events', act: withoutEvents },
    { name: 'publish', path: '/publish' },
    { name: 'publish-fault', path: '/publish', act: breakJson },
    { name: 'publish-sent', path: `/publish?sent=${EVENT.id}` },
    { name: 'verify', path: '/verify' },
    { name: 'verify-ok', path: '/verify', act: fillIn },
    { name: 'verify-failed', path: '/verify', act: (page) => fillIn(page).then(() => page.press(BODY, 'Enter')) },
  ],
  answers: {
    '/events': (query) => pageOf(query.get('tag') === 'nothing' ? [] : EVENTS),
    [OPEN]: () => ({ json: OPENED }),
    [`${OPEN}/explain`]: () => ({ json: EXPLANATION }),
    [`${OPEN}/payload`]: () => ({ body: PAYLOAD, contentType: 'application/json' }),
  },
};

const BIG = JSON.stringify({
  id: 'ord_1234',
  number: 12_345,
  placed_at: '2026-11-29T09:17:31.402Z',
  customer: { id: 'cus_9', name: 'Ada Lovelace', email: 'ada@example.com', vat_id: null },
  lines: [
    { sku: 'ENG-1', title: 'Analytical engine, first part', quantity: 2, price: '40.00' },
    { sku: 'CRD-7', title: 'Punched cards, a box of 500', quantity: 1, price: '12.50' },
  ],
  shipping: { method: 'express', address: { city: 'London', country: 'GB', lines: ["12 St James's Square"] } },
  is_gift: false,
  total: '92.50',
  currency: 'GBP',
});
/** With a number that no float holds. */
const PAYLOAD = BIG.replace('"number":12345', '"number":12345678901234567890');

function eventOf(index: number): EventAnswer {
  const delivery = DELIVERIES[index]!;
  const count = Math.round(chance(index + 7) * 14);
  const failed = index % 9 === 4 ? Math.min(count, 1 + (index % 2)) : 0;
  const unfinished =
    index < 3 ? Math.min(count - failed, 2 - index + 1) : index % 13 === 6 ? Math.min(count - failed, 1) : 0;
  return {
    ...EVENT,
    id: delivery.event_id,
    event_type: delivery.event_type,
    payload_bytes: Math.round(180 + chance(index) ** 3 * 42_000),
    delivery_count: count,
    outcomes: { delivered: count - failed - unfinished, failed, cancelled: 0, unfinished },
    tags: index % 5 === 2 ? [] : [`order-${1234 - index}`, `customer-${1 + (index % 9)}`],
    created_at: delivery.created_at,
  };
}

const OPENED: EventAnswer = { ...EVENT, payload_bytes: Buffer.byteLength(PAYLOAD) };

const EVENTS: readonly EventAnswer[] = DELIVERIES.slice(0, 120).map(({ event_id: id }, index) =>
  id === EVENT.id ? OPENED : eventOf(index),
);

const DETAILS: Readonly<Record<string, string>> = {
  delivered: 'The receiver answered 200 to the first attempt at 09:17:36 UTC; nothing is left to do.',
  failed: 'The receiver answered 500 to all five attempts. Look at its logs, then retry.',
  in_flight: 'The first attempt is under way.',
  retrying:
    "The receiver's certificate expired on 26 Nov at 23:59:59 UTC. The next attempt is at 09:28:48 UTC, attempt 4 of 5.",
};

const EXPLANATION: EventExplanationAnswer = {
  event_id: EVENT.id,
  event_type: EVENT.event_type,
  addressed_to: 'all',
  deliveries: EVENT.delivery_count,
  created_at: EVENT.created_at,
  summary: `Published to all subscriptions that wanted ${EVENT.event_type} at 09:17:36 UTC; it led to six deliveries.`,
  data: [
    ...OF_EVENT.map(({ id, status, subscription_id }, index): ExplainedSubscriptionAnswer => {
      const isRepeated = OF_EVENT.findIndex((each) => each.subscription_id === subscription_id) < index;
      return {
        subscription_id,
        delivery: { id, status, url: `/deliveries/${id}`, retry_of: isRepeated ? OF_EVENT[0]!.id : null },
        reason: null,
        detail: DETAILS[status] ?? '',
      };
    }),
    {
      subscription_id: MISSED.id,
      delivery: null,
      reason: 'type_not_subscribed',
      detail: `It wanted only customer.*; add ${EVENT.event_type} to its event_types with PATCH /subscriptions/${MISSED.id}.`,
    },
    {
      subscription_id: DISABLED.id,
      delivery: null,
      reason: 'subscription_disabled',
      detail:
        'It was disabled because its receiver answered 410 Gone; set its state to "active" with ' +
        `PATCH /subscriptions/${DISABLED.id}, then publish the event again.`,
    },
  ],
  has_more: false,
  next_cursor: null,
};

async function lookFor(page: Page): Promise<void> {
  await page.getByRole('searchbox').fill('eng');
}

async function withoutEvents(page: Page): Promise<void> {
  await page.route('**/events?*', (route) => route.fulfill(pageOf([])));
  await page.reload({ waitUntil: 'networkidle' });
}

async function breakJson(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Payload' }).fill('{\n  "order": 42,\n  "total": "19.90",\n}');
}

async function fillIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Fill in an example' }).click();
}
