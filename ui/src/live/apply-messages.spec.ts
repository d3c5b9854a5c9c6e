import { describe, expect, it } from 'vitest';
import { aDelivery, aPage, deliveriesFrom, deliveryId } from '../testing/samples';
import { changed, withMessages } from './apply-messages';
import type { LiveMessage } from './live-connection';

const ABOUT = {
  delivery_id: deliveryId(1),
  event_id: 'evt_1',
  subscription_id: 'sub_1',
  event_type: 'order.created',
  occurred_at: '2026-01-31T12:00:20.000Z',
};
const attempted = (given: object): LiveMessage => ({
  kind: 'delivery.attempted',
  body: {
    ...ABOUT,
    tags: [],
    target_host: 'hooks.example.com',
    attempt: 2,
    max_attempts: 5,
    status: 'delivered',
    status_code: 200,
    error: null,
    duration_ms: 12,
    next_attempt_at: null,
    ...given,
  },
});

describe('a row', () => {
  it('follows an attempt that ends its delivery', () => {
    expect(changed(aDelivery(), attempted({}))).toMatchObject({
      status: 'delivered',
      attempt_count: 2,
      last_status_code: 200,
      last_error: null,
      next_attempt_at: null,
      finished_at: ABOUT.occurred_at,
    });
  });

  it('follows an attempt that will be repeated', () => {
    const error = { code: 'timeout', message: null };
    const message = attempted({
      status: 'retrying',
      status_code: null,
      error,
      next_attempt_at: '2026-01-31T12:01:00.000Z',
    });

    expect(changed(aDelivery(), message)).toMatchObject({
      status: 'retrying',
      last_error: error,
      next_attempt_at: '2026-01-31T12:01:00.000Z',
      finished_at: null,
    });
  });

  it('keeps the error of a delivery that is cancelled without one', () => {
    const message = {
      kind: 'delivery.changed',
      body: { ...ABOUT, status: 'cancelled', error: null, retry_of: null },
    } as LiveMessage;

    expect(changed(aDelivery(), message)).toMatchObject({
      status: 'cancelled',
      last_error: { code: 'bad_status' },
      next_attempt_at: null,
    });
  });

  it.each([
    ['a late attempt', aDelivery(), attempted({ status: null })],
    ['an older attempt', aDelivery({ attempt_count: 3 }), attempted({ status: 'retrying' })],
    ['anything after its end', aDelivery({ status: 'failed' }), attempted({ status: 'retrying' })],
  ])('does not follow %s', (_, row, message) => {
    expect(changed(row, message)).toBe(row);
  });
});

describe('a list', () => {
  const pages = { pages: [aPage(deliveriesFrom(3, 2)), aPage(deliveriesFrom(1, 1))], pageParams: [null, 'c'] };

  it('changes rows where they are, and leaves the others the same objects', () => {
    const next = withMessages(pages, new Map([[deliveryId(1), [attempted({})]]]));

    expect(next.pages.flatMap(({ data }) => data.map(({ status }) => status))).toEqual([
      'retrying',
      'retrying',
      'delivered',
    ]);
    expect(next.pages[0]).toBe(pages.pages[0]);
  });

  it('is the same object if nothing of it is touched', () => {
    expect(withMessages(pages, new Map([[deliveryId(9), [attempted({})]]]))).toBe(pages);
  });
});
