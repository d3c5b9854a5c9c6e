import { describe, expect, it } from 'vitest';
import type { StatsPoint } from '../api/generated';
import { readRange, stepsOf } from './range';
import { attemptsByClass, countsOf, stacked, timelineOf, valuesOf } from './series';

const NOW = Date.parse('2026-01-31T12:34:56.000Z');
const point = (at: string, given: Partial<StatsPoint> = {}): StatsPoint =>
  ({ at, delivered: 1, attempts: 2, success_rate: 1, ...given }) as StatsPoint;

describe('a range', () => {
  it.each([
    ['15m', 'minute', '2026-01-31T12:20:00.000Z'],
    ['24h', 'hour', '2026-01-30T13:00:00.000Z'],
    ['30d', 'day', '2026-01-02T00:00:00.000Z'],
  ] as const)('of %s is counted by the %s, from the first whole one', (range, step, since) => {
    const steps = stepsOf({ range }, NOW);

    expect([steps.step, new Date(steps.sinceMs).toISOString(), steps.untilMs]).toEqual([step, since, null]);
  });

  it('that was zoomed into is counted by the minute only as long as minutes are kept', () => {
    expect(stepsOf({ since: '2026-01-31T10:00:00Z', until: '2026-01-31T11:00:00Z' }, NOW).step).toBe('minute');
    expect(stepsOf({ since: '2026-01-20T10:00:00Z', until: '2026-01-20T11:00:00Z' }, NOW).step).toBe('hour');
  });

  it('that lies within one step begins with that step, and never ends before it begins', () => {
    const { step, sinceMs, untilMs } = stepsOf({ since: '2026-01-20T10:10:00Z', until: '2026-01-20T10:50:00Z' }, NOW);

    expect([step, new Date(sinceMs).toISOString()]).toEqual(['hour', '2026-01-20T10:00:00.000Z']);
    expect(sinceMs).toBeLessThan(untilMs ?? 0);
  });

  it('is read from a URL, and what makes no sense is left out', () => {
    expect(readRange({ range: '7d', since: 'x', until: '2026-01-01T00:00:00Z' })).toEqual({ range: '7d' });
    expect(readRange({ since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' })).toEqual({});
    expect(readRange({ range: '24h' })).toEqual({});
  });
});

describe('a timeline', () => {
  const steps = {
    step: 'hour',
    stepMs: 3_600_000,
    sinceMs: Date.parse('2026-01-31T09:00:00Z'),
    untilMs: null,
  } as const;

  it('has a place for each step, also those without news', () => {
    const timeline = timelineOf([point('2026-01-31T10:00:00.000Z')], steps, NOW);

    expect(timeline.seconds).toHaveLength(4);
    expect(countsOf(timeline, ({ delivered }) => delivered)).toEqual([0, 1, 0, 0]);
    expect(valuesOf(timeline, ({ success_rate: rate }) => rate)).toEqual([null, 1, null, null]);
  });

  it('sums attempts up by the class of their code', () => {
    const at = '2026-01-31T11:00:00.000Z';
    const series = ['200', '204', '503', null].map((group) => ({ group, totals: {} as never, points: [point(at)] }));

    const { '2xx': good, '5xx': bad, none } = attemptsByClass(series, steps, NOW);

    expect([good, bad, none]).toEqual([
      [0, 0, 4, 0],
      [0, 0, 2, 0],
      [0, 0, 2, 0],
    ]);
  });

  it('lays rows on one another', () => {
    expect(
      stacked([
        [1, 2],
        [3, 0],
        [1, 1],
      ]),
    ).toEqual([
      [1, 2],
      [4, 2],
      [5, 3],
    ]);
  });
});
