import { ledgerHours as hoursOf } from './ledger-hours.js';

const NOW = Date.UTC(2026, 0, 31, 12, 30);
const at = (text: string): number => Date.parse(text);
const ledgerHours = (asked: Parameters<typeof hoursOf>[0], retentionDays = 60) =>
  hoursOf(asked, { nowMs: NOW, retentionDays });

describe('the hours of the ledger', () => {
  it('default to those that started in the last 24 hours', () => {
    expect(ledgerHours({})).toEqual({ fromMs: at('2026-01-30T13:00Z'), toMs: at('2026-01-31T13:00Z') });
  });

  it('are those that start at since or later, and before until', () => {
    const asked = { since: '2026-01-31T10:00:00Z', until: '2026-01-31T11:00:00Z' };
    expect(ledgerHours(asked)).toEqual({ fromMs: at(asked.since), toMs: at(asked.until) });
    expect(ledgerHours({ since: '2026-01-31T10:00:01Z', until: '2026-01-31T11:00:01Z' })).toEqual({
      fromMs: at('2026-01-31T11:00Z'),
      toMs: at('2026-01-31T12:00Z'),
    });
  });

  it.each([
    [{ since: '2026-01-31T11:00:00Z', until: '2026-01-31T11:00:00Z' }, 'must be before until'],
    [{ since: '2026-02-01T00:00:00Z' }, 'must be before until'],
    [
      { since: '2026-01-30T00:00:00Z', until: '2026-01-31T01:00:00Z', isVerified: true },
      'must be at most 1 day before until with verify=true',
    ],
    [{ since: '2025-12-30T00:00:00Z', until: '2026-01-31T00:00:00Z' }, 'must be at most 31 days before until'],
  ])('are refused for %j', (asked, detail) => {
    expect(ledgerHours(asked)).toEqual({ fault: { pointer: 'since', detail } });
  });

  it('may span 31 days', () => {
    expect(ledgerHours({ since: '2025-12-31T00:00:00Z', until: '2026-01-31T00:00:00Z' })).toHaveProperty('fromMs');
  });

  it('leave out days whose history may have been dropped', () => {
    const asked = { since: '2026-01-28T10:00:00Z', until: '2026-01-30T10:00:00Z' };
    expect(ledgerHours(asked, 2)).toEqual({ fromMs: at('2026-01-29T00:00Z'), toMs: at(asked.until) });
    expect(ledgerHours({ since: '2026-01-01', until: '2026-01-02' }, 2)).toEqual({
      fromMs: at('2026-01-02T00:00Z'),
      toMs: at('2026-01-02T00:00Z'),
    });
  });
});
