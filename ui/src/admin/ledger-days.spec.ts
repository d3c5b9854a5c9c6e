import { describe, expect, it } from 'vitest';
import { daysOf, hoursOf, lastDays } from './ledger-days';

const hour = (at: string, accepted: number, delivered: number) => ({
  hour: `${at}:00:00.000Z`,
  tenant_id: 'default',
  accepted,
  delivered,
  failed: 0,
  cancelled: 0,
  unfinished: 0,
  difference: accepted - delivered,
});

describe('the days of the ledger', () => {
  it('are sums of their hours, newest first', () => {
    const days = daysOf([hour('2026-01-31T01', 5, 5), hour('2026-01-30T23', 3, 2), hour('2026-01-31T00', 2, 2)]);

    expect(days).toMatchObject([
      { day: '2026-01-31', accepted: 7, delivered: 7, difference: 0 },
      { day: '2026-01-30', accepted: 3, delivered: 2, difference: 1 },
    ]);
  });

  it('end with that of today', () => {
    expect(lastDays(7, Date.parse('2026-01-31T12:34:00Z'))).toEqual({
      since: '2026-01-25T00:00:00.000Z',
      until: '2026-02-01T00:00:00.000Z',
    });
    expect(hoursOf('2026-01-31')).toEqual({ since: '2026-01-31T00:00:00.000Z', until: '2026-02-01T00:00:00.000Z' });
  });
});
