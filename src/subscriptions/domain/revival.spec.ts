import { type Revived, revivalSummary } from './revival.js';

const NOW = Date.UTC(2026, 10, 8, 14, 5, 10);
const REVIVED: Revived = {
  disabledReason: 'failing',
  disabledAtMs: NOW - 86_400_000,
  held: { count: 0, hasMore: false },
  isActive: true,
};
const BEGIN = 'It was disabled on 7 Nov at 14:05:10 UTC because all attempts had failed for days.';
const END = 'Events that were published meanwhile did not reach it; POST /replays with the body in replay sends them.';

describe('what a revived subscription is told', () => {
  it.each<[string, Partial<Revived>, string]>([
    ['nothing was held', {}, 'Nothing was held.'],
    ['one is sent', { held: { count: 1, hasMore: false } }, 'One delivery was held and is sent now.'],
    [
      'several are sent',
      { held: { count: 12, hasMore: false } },
      '12 deliveries were held and are sent now, at first one at a time.',
    ],
    [
      'more than are counted are sent',
      { held: { count: 10_000, hasMore: true } },
      'At least 10000 deliveries were held and are sent now, at first one at a time.',
    ],
    [
      'it is paused now',
      { held: { count: 2, hasMore: false }, isActive: false },
      'Two deliveries were held and are held until it is active.',
    ],
  ])('if %s', (_, given, expected) => {
    expect(revivalSummary({ ...REVIVED, ...given }, NOW)).toBe(`${BEGIN} ${expected} ${END}`);
  });

  it('names the other reason', () => {
    expect(revivalSummary({ ...REVIVED, disabledReason: 'gone' }, NOW)).toContain('because its receiver answered 410');
  });
});
