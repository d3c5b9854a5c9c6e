import { describe, expect, it } from 'vitest';
import { aDelivery, aPage, deliveriesFrom, deliveryId } from '../testing/samples';
import { type DeliveryPages, newRowsIn, rowsOf, withFreshRows, withNewest } from './merge-newest';

const ids = (pages: DeliveryPages): string[] => rowsOf(pages).map(({ id }) => id);
const list = (...pages: DeliveryPages['pages']): DeliveryPages => ({ pages, pageParams: pages.map(() => null) });
const numbers = (first: number, last: number): string[] => deliveriesFrom(first, last).map(({ id }) => id);

describe('a list and the newest page', () => {
  const old = list(aPage(deliveriesFrom(6, 4), { has_more: true, next_cursor: 'c' }), aPage(deliveriesFrom(3, 1)));

  it('has new rows on top, and goes on where it ended', () => {
    const merged = withNewest(old, aPage(deliveriesFrom(8, 6), { has_more: true, next_cursor: 'x' }));

    expect(ids(merged)).toEqual(numbers(8, 1));
    expect(merged.pages.map(({ next_cursor: cursor }) => cursor)).toEqual(['c', null]);
  });

  it('takes over what changed', () => {
    const fresh = aDelivery({ id: deliveryId(5), status: 'delivered' });

    const merged = withNewest(old, aPage([aDelivery({ id: deliveryId(7) }), aDelivery({ id: deliveryId(6) }), fresh]));

    expect(rowsOf(merged).find(({ id }) => id === fresh.id)?.status).toBe('delivered');
  });

  it('begins anew if rows between them are missing', () => {
    const newest = aPage(deliveriesFrom(20, 18), { has_more: true, next_cursor: 'x' });

    expect(withNewest(old, newest)).toEqual({ pages: [newest], pageParams: [null] });
  });

  it('takes a first page although nothing was there', () => {
    expect(ids(withNewest(list(aPage([])), aPage(deliveriesFrom(2, 1))))).toEqual(numbers(2, 1));
  });

  it('moves nothing while it is held', () => {
    const newest = aPage([aDelivery({ id: deliveryId(7) }), aDelivery({ id: deliveryId(6), status: 'failed' })]);

    const held = withFreshRows(old, newest);

    expect(ids(held)).toEqual(ids(old));
    expect(rowsOf(held)[0]?.status).toBe('failed');
    expect(newRowsIn(newest, old).map(({ id }) => id)).toEqual([deliveryId(7)]);
  });

  it('shows a row once that two pages have', () => {
    expect(ids(list(aPage(deliveriesFrom(4, 3)), aPage(deliveriesFrom(3, 2))))).toEqual(numbers(4, 2));
  });
});
