import { boundedCache } from './bounded-cache.js';

describe('boundedCache', () => {
  it('holds as many entries as it may, and drops the one that was not used for longest', () => {
    const cache = boundedCache<string, number>(3);
    for (const [value, key] of ['a', 'b', 'c'].entries()) cache.set(key, value);
    expect([...cache.keys()].sort()).toEqual(['a', 'b', 'c']);

    expect(cache.get('a')).toBe(0);
    cache.set('d', 3);

    expect([...cache.keys()].sort()).toEqual(['a', 'c', 'd']);
    expect(cache.get('b')).toBeUndefined();
  });

  it('counts an entry once that is set again', () => {
    const cache = boundedCache<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 1);
    cache.set('b', 2);

    expect([cache.get('a'), cache.get('b')]).toEqual([1, 2]);
  });
});
