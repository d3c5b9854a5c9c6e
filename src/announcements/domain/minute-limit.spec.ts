import { type DueFailure, withinLimit } from './minute-limit.js';

/** Failures of a tenant, each standing for `omitted` others. */
const failures = (tenantId: string, count: number, omitted = 0): DueFailure[] =>
  Array.from({ length: count }, (_, n) => ({ id: `${tenantId}${n}`, tenant_id: tenantId, omitted }));

describe('the limit of announced failures in a minute', () => {
  it('lets pass what a tenant has left of its minute, oldest first, and holds the last of the others', () => {
    const { passed, held, counts } = withinLimit(failures('a', 5), new Map([['a', 7]]), 10);

    expect(passed.map(({ id }) => id)).toEqual(['a0', 'a1', 'a2']);
    expect(counts).toEqual(new Map([['a', 3]]));
    expect(held).toEqual([{ last: expect.objectContaining({ id: 'a4' }) as unknown, omitted: 1, ids: ['a3', 'a4'] }]);
  });

  it('holds nothing of a tenant because of another one', () => {
    const mixed = [...failures('a', 3), ...failures('b', 2)];
    const { passed, held } = withinLimit(mixed, new Map([['a', 10]]), 10);

    expect(passed.map(({ id }) => id)).toEqual(['b0', 'b1']);
    expect(held.map(({ ids }) => ids)).toEqual([['a0', 'a1', 'a2']]);
  });

  it('loses no failure: those that pass and those that are held stand for all, however often they are divided', () => {
    let waiting = failures('a', 23, 4);
    let told = 0;
    for (let minute = 0; waiting.length > 0; minute += 1) {
      const { passed, held } = withinLimit(waiting, new Map(), 2);
      expect(passed.length).toBeLessThanOrEqual(2);
      told += passed.reduce((sum, { omitted }) => sum + 1 + omitted, 0);
      waiting = held.map(({ last, omitted }) => ({ ...last, omitted }));
      expect(minute).toBeLessThan(3);
    }
    expect(told).toBe(23 * 5);
  });

  it('holds one failure without others when a single one exceeds the limit', () => {
    const { passed, held, counts } = withinLimit(failures('a', 1), new Map([['a', 10]]), 10);

    expect([passed, counts.size]).toEqual([[], 0]);
    expect(held).toMatchObject([{ omitted: 0, ids: ['a0'] }]);
  });
});
