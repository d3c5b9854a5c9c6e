import { KIND } from './kind.js';
import { type CountedRow, nothing, seriesOf, type WaitingRow } from './stats-series.js';

const ALL = { accepted: true, waiting: true };
const counted = (given: Partial<CountedRow>): CountedRow => ({
  step_ms: 0,
  grp: '',
  kind: KIND.delivered,
  count: 1,
  durations: null,
  ...given,
});
const waited = (given: Partial<WaitingRow>): WaitingRow => ({
  step_ms: 0,
  grp: '',
  waiting: 1,
  oldest_due_at: null,
  ...given,
});

describe('the series of statistics', () => {
  it('have a point for each step, oldest first, and totals', () => {
    const rows = [
      counted({ step_ms: 60_000, count: 3 }),
      counted({ count: 1 }),
      counted({ kind: KIND.failed, count: 1 }),
      counted({ kind: KIND.accepted, count: 7 }),
      counted({ kind: KIND.cancelled, count: 2 }),
      counted({ kind: KIND.attempt, count: 9 }),
    ];
    const [series] = seriesOf(rows, [], ALL);
    expect(series!.points.map(({ atMs, delivered, successRate }) => [atMs, delivered, successRate])).toEqual([
      [0, 1, 0.5],
      [60_000, 3, 1],
    ]);
    expect(series!.totals).toMatchObject({ accepted: 7, delivered: 4, failed: 1, cancelled: 2, attempts: 9, successRate: 0.8 }); // prettier-ignore
  });

  it('keep the durations of attempts and of deliveries apart', () => {
    const rows = [
      counted({ durations: Buffer.from([0, 100, 0, 0, 0, 1]) }),
      counted({ kind: KIND.attempt, durations: Buffer.from([0, 40, 0, 0, 0, 1]) }),
    ];
    const { attemptMs, deliveryMs } = seriesOf(rows, [], ALL)[0]!.totals;
    expect(Math.round(attemptMs!.p50)).toBe(7);
    expect(Math.round(deliveryMs!.p50)).toBe(145);
  });

  it('have the busiest group first', () => {
    const rows = [counted({ grp: 'a' }), counted({ grp: 'b', count: 2 }), counted({ grp: 'c' })];
    expect(seriesOf(rows, [], ALL).map(({ group }) => group)).toEqual(['b', 'a', 'c']);
  });

  it('show the most that waited, and since when, also in a step in which nothing else happened', () => {
    const due = [new Date(5000), new Date(1000)];
    const rows = due.map((oldest, n) => waited({ step_ms: n * 60_000, waiting: 4 - n, oldest_due_at: oldest }));
    const [series] = seriesOf([], rows, ALL);
    expect(series!.points.map(({ waiting }) => waiting)).toEqual([4, 3]);
    expect(series!.totals).toMatchObject({ waiting: 4, oldestDueAt: due[1], successRate: null, attemptMs: null });
  });

  it('say null for what cannot be told', () => {
    const totals = seriesOf([counted({})], [], { accepted: false, waiting: false })[0]!.totals;
    expect(totals).toMatchObject({ accepted: null, waiting: null, delivered: 1 });
    expect(nothing(ALL)).toMatchObject({ accepted: 0, waiting: 0, delivered: 0, successRate: null });
  });
});
