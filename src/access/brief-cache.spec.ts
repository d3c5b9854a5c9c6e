import { eventually } from '../../test/support/eventually.js';
import { Unavailable } from '../shared/errors/domain-error.js';
import { BriefCache } from './brief-cache.js';

describe('a brief cache', () => {
  let nowMs = 0;
  const clock = { now: () => new Date(nowMs), nowMs: () => nowMs, monotonicMs: () => nowMs };
  let reads: string[][];
  let rows: Map<string, string>;
  let cache: BriefCache<string>;

  beforeEach(() => {
    nowMs = 0;
    reads = [];
    rows = new Map([['a', 'first']]);
    cache = new BriefCache((ids) => {
      reads.push(ids);
      return Promise.resolve(new Map(rows));
    }, clock);
  });

  it('reads what is asked for together in one go, and what it knows not at all', async () => {
    const asked = await Promise.all([cache.get('a'), cache.get('b'), cache.get('a')]);
    expect(asked).toEqual(['first', null, 'first']);
    expect(cache.get('a')).toBe('first');
    expect(cache.get('b')).toBeNull();
    expect(reads).toEqual([['a', 'b']]);
  });

  it('sees a change within a second, however busy it is', async () => {
    await cache.get('a');
    rows.set('a', 'second');
    nowMs = 999;
    expect(await cache.get('a')).toBe('second');
  });

  it('reads again beforehand what is in use, and lets nobody wait for that', async () => {
    await cache.get('a');
    rows.set('a', 'second');
    nowMs = 750;
    expect(cache.get('a')).toBe('first');
    await eventually(() => cache.get('a'), { until: (value) => value === 'second' });
    nowMs = 1100;
    expect(cache.get('a')).toBe('second');
  });

  it('keeps what is there through a flood of ids that are not', async () => {
    await cache.get('a');
    await Promise.all(Array.from({ length: 20_000 }, async (_, n) => cache.get(`unknown ${n}`)));
    expect(cache.get('a')).toBe('first');
  });

  it('knows what is there now, and no more what is gone', async () => {
    expect(await cache.get('b')).toBeNull();
    rows.set('b', 'new');
    nowMs = 1000;
    expect(await cache.get('b')).toBe('new');
    rows.delete('b');
    nowMs = 2000;
    expect(await cache.get('b')).toBeNull();
    expect(cache.get('b')).toBeNull();
  });

  it('waits some seconds for a database that does not answer, and no longer', async () => {
    const frozen = new BriefCache<string>(() => new Promise(() => undefined), clock);
    await expect(frozen.get('a')).rejects.toThrow(Unavailable);
  });
});
