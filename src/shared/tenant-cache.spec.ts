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

  it('never exceeds its limit, and keeps the newest values of a tenant', () => {
    for (const tenantId of ['a', 'b', 'c', 'd']) fill(tenantId, 10_000);
    expect(cache.bytes).toBeLessThanOrEqual(1000);
    expect(cache.get('a', '9999')).toBe(9999);
    expect(cache.get('a', '0')).toBeUndefined();
  });

  it('never evicts the values of another tenant', () => {
    fill('small', 10);
    fill('greedy', 100_000);
    expect(countOf('small', 10)).toBe(10);
    expect(cache.set('late', 'k', 1, 10)).toBe(true);
  });

  it('approaches equal shares while every tenant adds more than fits', () => {
    for (let n = 0; n < 1000; n += 1) for (const tenantId of ['a', 'b', 'c']) cache.set(tenantId, `${n % 200}`, n, 10);
    for (const tenantId of ['a', 'b', 'c']) expect(countOf(tenantId, 200)).toBeGreaterThanOrEqual(20);
  });

  it('tells whether a value fitted without evicting another', () => {
    expect(cache.set('a', 'k', 1, 10)).toBe(true);
    expect(cache.set('a', 'k', 1, 10)).toBe(true);
    fill('a', 1000);
    expect(cache.set('a', 'more', 1, 10)).toBe(false);
    expect(cache.get('a', 'more')).toBe(1);
  });

  it('does not keep a value that is too large, and removes the one that it replaces', () => {
    cache.set('a', 'k', 1, 10);
    expect(cache.set('a', 'k', 2, 101)).toBe(false);
    expect(cache.get('a', 'k')).toBeUndefined();
    expect(cache.bytes).toBe(0);
  });

  it('removes expired values of tenants that are no longer active', () => {
    for (let n = 0; n < 40; n += 1) cache.set(`t${n}`, 'k', n, 10);
    nowMs = 5000;
    cache.set('another', 'k', 1, 10);
    expect(cache.bytes).toBe(10);
    expect(cache.get('t0', 'k')).toBeUndefined();
  });
});
