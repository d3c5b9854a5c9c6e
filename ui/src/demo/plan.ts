/*
 * Sample traffic: what a shop might publish, to receivers that behave well, slowly, badly and not at all. Both
 * `npm run demo` and the page use it, so it imports nothing.
 */

/** Marks what was made, so that it can be found and removed again. */
export const MADE_BY = 'npm run demo';

/** A subscription, in the fields of the API. */
export interface DemoSubscription {
  readonly target_url: string;
  readonly event_types: string[];
  readonly description: string;
  readonly metadata: Record<string, unknown>;
  readonly state?: 'active' | 'paused';
  readonly timeout?: number;
  readonly max_in_flight?: number;
  readonly retry?: { readonly max_attempts: number; readonly initial_interval: number; readonly max_interval: number };
}

export interface DemoEvent {
  readonly type: string;
  readonly tags: readonly string[];
  readonly idempotencyKey: string | null;
  readonly payload: Record<string, unknown>;
}

type Some<T> = readonly [T, ...T[]];

/** A number from 0, inclusive, to 1, exclusive. */
export type Chance = () => number;

const IMPATIENT = { max_attempts: 3, initial_interval: 2, max_interval: 8 };
/** No service has this port, on any machine. */
const NOBODY = 'http://127.0.0.1:4/webhooks';

/** @param origin of a local start, whose echo receiver answers as the query of a target says */
export function demoSubscriptions(origin: string): DemoSubscription[] {
  const echo = (bin: string, query = ''): string => `${origin}/echo/${bin}${query}`;
  const made: Omit<DemoSubscription, 'metadata'>[] = [
    { description: 'Warehouse', target_url: echo('warehouse'), event_types: ['order.*'] },
    { description: 'Billing', target_url: echo('billing'), event_types: ['invoice.*', 'order.paid'] },
    {
      description: 'Analytics, slow',
      target_url: echo('analytics', '?delay=0.8'),
      event_types: ['order.*', 'customer.*', 'invoice.*'],
    },
    {
      description: 'CRM, overloaded now and then',
      target_url: echo('crm', '?status=503&every=4'),
      event_types: ['customer.*', 'order.created'],
      retry: IMPATIENT,
    },
    {
      description: 'Partner feed, limits the rate',
      target_url: echo('partner', '?status=429&retry_after=20&every=3'),
      event_types: ['order.shipped', 'order.created'],
    },
    {
      description: 'Old ERP, answers 500',
      target_url: echo('erp', '?status=500'),
      event_types: ['order.shipped', 'order.paid'],
      retry: IMPATIENT,
    },
    {
      description: 'Intranet, shows a log-in page',
      target_url: echo('intranet', '?status=403&answer=html'),
      event_types: ['customer.updated', 'invoice.sent'],
      retry: IMPATIENT,
    },
    {
      description: 'Data lake, hangs',
      target_url: echo('lake', '?delay=30'),
      event_types: ['invoice.*'],
      timeout: 2,
      max_in_flight: 4,
      retry: IMPATIENT,
    },
    { description: 'Staging, switched off', target_url: NOBODY, event_types: ['order.cancelled', 'order.paid'] },
    { description: 'Former customer, gone', target_url: echo('gone', '?status=410'), event_types: ['customer.*'] },
    {
      description: 'Back office, paused',
      target_url: echo('office'),
      event_types: ['order.cancelled', 'invoice.paid'],
      state: 'paused',
    },
  ];
  return made.map((each) => ({ ...each, metadata: { made_by: MADE_BY } }));
}

/** How many of 100 events are of each type. */
const TYPES: readonly (readonly [type: string, share: number])[] = [
  ['order.paid', 20],
  ['order.shipped', 13],
  ['customer.updated', 11],
  ['invoice.sent', 9],
  ['customer.created', 6],
  ['order.cancelled', 5],
  ['invoice.paid', 4],
  // Nobody wants these.
  ['stock.low', 2],
];
/** The rest. */
const MOST_FREQUENT = 'order.created';
const FIRST_ORDER = 10_241;
const CUSTOMERS = 40;
const ARTICLES: Some<string> = ['Teapot', 'Desk lamp', 'Notebook', 'Bicycle bell', 'Raincoat', 'Headphones'];
const COUNTRIES: Some<string> = ['DE', 'FR', 'NL', 'SE', 'PL'];
/** Of 20 events, one is large. */
const LARGE_SHARE = 1 / 20;
const LARGE_LINES = 300;
const MOST_LINES = 4;

/** Event n of the traffic. */
export function demoEvent(n: number, chance: Chance): DemoEvent {
  const type = typeOf(chance() * 100);
  const [subject = ''] = type.split('.');
  const order = `order-${FIRST_ORDER + Math.floor(n / 3)}`;
  const customer = `customer-${1 + Math.floor(chance() * CUSTOMERS)}`;
  const lines = chance() < LARGE_SHARE ? LARGE_LINES : 1 + Math.floor(chance() * MOST_LINES);
  return {
    type,
    tags: subject === 'order' ? [order, customer] : [customer],
    // Another demo may follow within the day.
    idempotencyKey: subject === 'invoice' ? `${type}-${Math.floor(chance() * 1e12).toString(36)}` : null,
    payload: subject === 'customer' ? customerOf(customer, chance) : orderOf(order, customer, { lines, chance }),
  };
}

function typeOf(drawn: number): string {
  let rest = drawn;
  for (const [type, share] of TYPES) {
    rest -= share;
    if (rest < 0) return type;
  }
  return MOST_FREQUENT;
}

function customerOf(id: string, chance: Chance): Record<string, unknown> {
  return {
    id,
    email: `${id}@example.com`,
    country: pick(COUNTRIES, chance),
    newsletter: chance() < 0.5,
  };
}

function orderOf(
  id: string,
  customer: string,
  { lines, chance }: { readonly lines: number; readonly chance: Chance },
): Record<string, unknown> {
  const items = Array.from({ length: lines }, () => ({
    article: pick(ARTICLES, chance),
    quantity: 1 + Math.floor(chance() * 3),
    price_cents: 500 + Math.floor(chance() * 200) * 50,
  }));
  const total = items.reduce((sum, { quantity, price_cents: price }) => sum + quantity * price, 0);
  return { id, customer, currency: 'EUR', total_cents: total, ship_to: { country: pick(COUNTRIES, chance) }, items };
}

function pick<T>(values: Some<T>, chance: Chance): T {
  return values[Math.floor(chance() * values.length)] ?? values[0];
}
