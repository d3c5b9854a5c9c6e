import { TenantCache } from './tenant-cache.js';

describe('a cache that tenants share', () => {
  let nowMs: number;
  let cache: TenantCache<number>;

  beforeEach(() => {
    nowMs = 0;
    cache = new TenantCache({ bytes: 1000, bytesEach: 100, lifeMs: 5000 }, () => nowMs);
  });

  const fill = (tenantId: string, count: number): void => {
    for (let n = 0; n < count; n += 1) cache.set(tenantId, `${n}`, n, 10);
  };
  const countOf = (tenantId: string, count: number): number =>
    Array.from({ length: count }, (_, n) => cache.get(tenantId, `${n}`)).filter((value) => value !== undefined).length;

  it('keeps values apart by tenant and key', () => {
    cache.set('a', 'k', 1, 10);
    cache.set('b', 'k', 2, 10);
    expect([cache.get('a', 'k'), cache.get('b', 'k'), cache.get('a', 'l'), cache.get('c', 'k')]).toEqual([
      1,
      2,
      undefined,
      undefined,
    ]);
  });

  it('holds no more than its bound, however much is put in, and of a tenant what came last', () => {
    for (const tenantId of ['a', 'b', 'c', 'd']) fill(tenantId, 10_000);
    expect(cache.bytes).toBeLessThanOrEqual(1000);
    expect(cache.get('a', '9999')).toBe(9999);
    expect(cache.get('a', '0')).toBeUndefined();
  });

  it('lets no tenant push out what belongs to another', () => {
    fill('small', 10);
    fill('greedy', 100_000);
    expect(countOf('small', 10)).toBe(10);
    expect(cache.set('late', 'k', 1, 10)).toBe(true);
  });

  it('shares out more evenly with every value, while all of them put in more than there is room for', () => {
    for (let n = 0; n < 1000; n += 1) for (const tenantId of ['a', 'b', 'c']) cache.set(tenantId, `${n % 200}`, n, 10);
    for (const tenantId of ['a', 'b', 'c']) expect(countOf(tenantId, 200)).toBeGreaterThanOrEqual(20);
  });

  it('tells whether there was room', () => {
    expect(cache.set('a', 'k', 1, 10)).toBe(true);
    expect(cache.set('a', 'k', 1, 10)).toBe(true);
    fill('a', 1000);
    expect(cache.set('a', 'more', 1, 10)).toBe(false);
    expect(cache.get('a', 'more')).toBe(1);
  });

  it('keeps nothing huge, and forgets what was there in its place', () => {
    cache.set('a', 'k', 1, 10);
    expect(cache.set('a', 'k', 2, 101)).toBe(false);
    expect(cache.get('a', 'k')).toBeUndefined();
    expect(cache.bytes).toBe(0);
  });

  it('keeps nothing of tenants that look nothing up any more', () => {
    for (let n = 0; n < 40; n += 1) cache.set(`t${n}`, 'k', n, 10);
    nowMs = 5000;
    cache.set('another', 'k', 1, 10);
    expect(cache.bytes).toBe(10);
    expect(cache.get('t0', 'k')).toBeUndefined();
  });
});
