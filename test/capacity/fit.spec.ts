import fc from 'fast-check';
import { fit, type Sample } from './fit.js';

const NAMES = ['busy', 'event', 'delivery'] as const;
type Name = (typeof NAMES)[number];

/** Each differs from another in one respect. */
const AMOUNTS: readonly Readonly<Record<Name, number>>[] = [
  { busy: 10, event: 2000, delivery: 2000 },
  { busy: 10, event: 20_000, delivery: 20_000 },
  { busy: 10, event: 1000, delivery: 20_000 },
];

function paidWith(costs: Readonly<Record<Name, number>>): Sample<Name>[] {
  return AMOUNTS.map((amounts) => ({
    amounts,
    total: NAMES.reduce((sum, name) => sum + costs[name] * amounts[name], 0),
  }));
}

describe('fit', () => {
  it('finds the costs that explain the totals', () => {
    const cost = fc.double({ min: 1e-6, max: 1e-3, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({ busy: fc.double({ min: 0.01, max: 1, noNaN: true }), event: cost, delivery: cost }),
        (costs) => {
          const found = fit(NAMES, paidWith(costs));
          for (const { amounts, total } of paidWith(costs)) {
            const explained = NAMES.reduce((sum, name) => sum + found[name] * amounts[name], 0);
            expect(explained / total).toBeCloseTo(1, 3);
          }
        },
      ),
    );
  });

  it('finds each cost when the loads differ in it', () => {
    const found = fit(NAMES, paidWith({ busy: 0.3, event: 60e-6, delivery: 80e-6 }));

    expect(found.busy).toBeCloseTo(0.3, 4);
    expect(found.event * 1e6).toBeCloseTo(60, 1);
    expect(found.delivery * 1e6).toBeCloseTo(80, 1);
  });

  it('finds no negative cost, even if a larger load happened to be cheaper', () => {
    const found = fit(NAMES, [
      { amounts: AMOUNTS[0]!, total: 5 },
      { amounts: AMOUNTS[1]!, total: 4 },
      { amounts: AMOUNTS[2]!, total: 6 },
    ]);

    expect(Math.min(...Object.values(found))).toBeGreaterThanOrEqual(0);
  });

  it('gives a thing that never occurs no cost', () => {
    expect(fit(['event', 'retry'], [{ amounts: { event: 4, retry: 0 }, total: 8 }])).toEqual({ event: 2, retry: 0 });
  });
});
