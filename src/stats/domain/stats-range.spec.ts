import { LIMITS } from '../../shared/limits.js';
import { statsRange } from './stats-range.js';

const NOW = Date.UTC(2026, 0, 31, 12, 30, 20);
const at = (text: string): number => Date.parse(text);

describe('the range of statistics', () => {
  it.each([
    ['minute', '2026-01-31T11:30Z', '2026-01-31T12:31Z', 61],
    ['hour', '2026-01-30T12:00Z', '2026-01-31T13:00Z', 25],
    ['day', '2026-01-01T00:00Z', '2026-02-01T00:00Z', 31],
  ] as const)('has a default for each step: %s', (step, from, to, steps) => {
    expect(statsRange({ step }, NOW)).toEqual({ fromMs: at(from), toMs: at(to), steps });
  });

  it('has whole steps around the requested times', () => {
    const asked = { step: 'hour', since: '2026-01-31T10:59:59Z', until: '2026-01-31T12:00:00Z' } as const;
    expect(statsRange(asked, NOW)).toMatchObject({ fromMs: at('2026-01-31T10:00Z'), toMs: at('2026-01-31T12:00Z') });
  });

  it.each([
    [{ step: 'hour', since: '2026-01-31T11:00Z', until: '2026-01-31T11:00Z' }, 'since', 'must be before until'],
    [{ step: 'hour', since: '2026-02-01' }, 'since', 'must be before until'],
    [{ step: 'minute', since: '2026-01-28' }, 'step', 'must be hour or day, because minutes are kept for two days'],
    [{ step: 'hour', since: '2025-01-01' }, 'step', 'makes 9493 points, and an answer has at most 3000; take step=day'],
    [
      { step: 'day', since: '2000-01-01' },
      'since',
      'makes 9528 points, and an answer has at most 3000; take a shorter range',
    ],
  ] as const)('is refused for %j, and the fault says what to ask for', (asked, pointer, detail) => {
    // prettier-ignore
    expect(statsRange(asked, NOW)).toEqual({ fault: { pointer, detail } });
  });

  it('may have as many steps as an answer has points', () => {
    const since = new Date(NOW - (LIMITS.statsPoints - 1) * 3_600_000).toISOString();
    expect(statsRange({ step: 'hour', since }, NOW)).toMatchObject({ steps: LIMITS.statsPoints });
  });
});
