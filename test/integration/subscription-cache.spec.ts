import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { TenantCache } from '../../src/shared/tenant-cache.js';
import type { Settings } from '../../src/shared/config/settings.js';
import type { SubscriptionCache } from '../../src/subscriptions/subscription-cache.js';
import { eventually } from '../support/eventually.js';
import {
  cacheSettings,
  closeCaches,
  lookUp,
  openCache,
  openTwoCaches,
  SlowSource,
  Source,
} from '../support/subscription-caches.js';
import { testRedisUrl } from '../support/test-redis.js';

const TENANT = 'default';

describe('the cache of subscriptions, in two processes on one real Redis', () => {
  let settings: Settings;
  let one: SubscriptionCache;
  let other: SubscriptionCache;
  let redis: Redis;

  beforeEach(async () => {
    settings = cacheSettings({ REDIS_URL: testRedisUrl(), SUBSCRIPTION_CACHE_TTL: '60' });
    redis = new Redis(testRedisUrl());
    [one, other] = await openTwoCaches(settings);
    for (const cache of [one, other]) waitPatiently(cache);
  });

  afterEach(() => {
    redis.disconnect();
    closeCaches();
  });

  let keys = 0;
  const newKey = (): string => `key ${(keys += 1)}`;

  /** A loaded value is returned before Redis has stored it. */
  const isInRedis = (tenant: string, key: string): Promise<unknown> =>
    eventually(() => redis.keys(`${settings.queuePrefix}:subscriptions:${tenant}:*:${key}`), {
      until: ({ length }) => length === 1,
    });

  it('loads a value once, and gives it to both processes', async () => {
    const source = new Source({ id: 'sub_1', eventTypes: ['a', 'b'], isDisabled: false, none: null });
    for (const cache of [one, one, other, other]) {
      expect(await cache.get(TENANT, 'key', source)).toEqual(source.value);
      await isInRedis(TENANT, 'key');
    }
    expect(source.loads).toBe(1);
  });

  it('loads a value once for all simultaneous callers', async () => {
    const slow = new SlowSource();
    const second = new Source();
    const asked = [one.get(TENANT, 'key', slow)];
    await slow.hasBegun;
    asked.push(one.get(TENANT, 'key', second), one.get(TENANT, 'key', second));
    slow.release('loaded');
    expect(await Promise.all(asked)).toEqual(['loaded', 'loaded', 'loaded']);
    expect(second.loads).toBe(0);
  });

  it('keeps values separate by tenant and key', async () => {
    const places = [['a', 'k'], ['a', 'l'], ['b', 'k']] as const; // prettier-ignore
    for (const [tenant, key] of places) {
      await one.get(
        tenant,
        key,
        lookUp(() => Promise.resolve(`${tenant} ${key}`)),
      );
      await isInRedis(tenant, key);
    }
    const source = new Source('not found');
    const found = await Promise.all(places.map(([tenant, key]) => other.get(tenant, key, source)));
    expect(found).toEqual(['a k', 'a l', 'b k']);
  });

  it('keeps nothing of a failed load', async () => {
    const failure = new Error('no database');
    await expect(
      one.get(
        TENANT,
        'key',
        lookUp(() => Promise.reject(failure)),
      ),
    ).rejects.toBe(failure);
    expect(await one.get(TENANT, 'key', new Source('now'))).toBe('now');
  });

  it.each(['{not json', '', '"of another form"', 'null'])('reloads what Redis holds as %j', async (strange) => {
    const read = (stored: unknown): string | undefined => (stored === 'first' ? stored : undefined);
    const load = (): Promise<string> => Promise.resolve('first');
    await one.get(TENANT, 'key', { load, read });
    await isInRedis(TENANT, 'key');
    const [key] = await redis.keys(`${settings.queuePrefix}:subscriptions:${TENANT}:*:key`);
    await redis.set(key!, strange);
    expect(await other.get(TENANT, 'key', { load, read })).toBe('first');
  });

  it('agrees on a new generation where Redis holds no valid one', async () => {
    await redis.set(`${settings.queuePrefix}:subscriptions:${TENANT}:generation`, 'a:b '.repeat(1000));
    const source = new Source('first');
    await one.get(TENANT, 'key', source);
    await isInRedis(TENANT, 'key');
    expect(await other.get(TENANT, 'key', source)).toBe('first');
    expect(source.loads).toBe(1);
  });

  it('ignores changes of impossible tenants', async () => {
    const { generations } = other as unknown as { generations: Map<string, string> };
    const strange = ['', 'a b', 'x'.repeat(65), '{"tenant":1}'];
    for (const message of strange) await redis.publish(`${settings.queuePrefix}:subscriptions`, message);
    await redis.publish(`${settings.queuePrefix}:subscriptions`, 'last');
    await eventually(() => generations.has('last'), { until: (has) => has });
    expect(strange.filter((tenantId) => generations.has(tenantId))).toEqual([]);
  });

  it('remembers the changes of a limited number of tenants, and still returns nothing stale', async () => {
    const source = new Source('before');
    await one.get(TENANT, 'key', source);
    const { generations } = one as unknown as { generations: Map<string, string> };
    source.value = 'after';
    await one.invalidate(TENANT);
    await Promise.all(Array.from({ length: 12_000 }, (_, n) => one.invalidate(`t${n}`)));
    expect(generations.size).toBeLessThanOrEqual(10_000);
    expect(await one.get(TENANT, 'key', source)).toBe('after');
  });

  it('keeps no more than its limit, here and in Redis, for a tenant that looks up ever more', async () => {
    const list = Array.from({ length: 1000 }, () => randomUUID());
    const look = lookUp(() => Promise.resolve(list));
    await one.get('small', 'key', look);
    const usedBytes = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
    const before = await usedBytes();
    for (let n = 0; n < 2000; n += 1) await one.get(TENANT, `type ${n}`, look);

    const { entries } = one as unknown as { entries: TenantCache<unknown> };
    expect(entries.bytes).toBeLessThan(34_000_000);
    expect(entries.get('small', 'key')).toBeDefined();
    // Other clients use Redis, too.
    expect((await usedBytes()) - before).toBeLessThan(48_000_000);
  });

  it('returns the new value after a change: here at once, in the other process as soon as it hears of the change', async () => {
    const source = new Source('before');
    const key = newKey();
    for (const cache of [one, other]) expect(await cache.get(TENANT, key, source)).toBe('before');

    source.value = 'after';
    await one.invalidate(TENANT);

    expect(await one.get(TENANT, key, source)).toBe('after');
    await eventually(() => other.get(TENANT, key, source), { until: (value) => value === 'after' });
  });

  it('keeps the values of other tenants through a change', async () => {
    const source = new Source();
    await one.get('another', 'key', source);
    await one.invalidate(TENANT);
    expect(await one.get('another', 'key', source)).toBe('first');
    expect(source.loads).toBe(1);
  });

  it.each([
    ['this process', () => one],
    ['another process', () => other],
  ])('returns nothing stale after a load that began before a change by %s', async (_, changing) => {
    const slow = new SlowSource();
    const told = new Source('before');
    await one.get(TENANT, 'told', told);
    const early = one.get(TENANT, 'key', slow);
    await slow.hasBegun;

    told.value = 'after';
    await changing().invalidate(TENANT);
    await eventually(() => one.get(TENANT, 'told', told), { until: (value) => value === 'after' });
    slow.release('stale');
    expect(await early).toBe('stale');

    const fresh = new Source('fresh');
    for (const cache of [one, other]) expect(await cache.get(TENANT, 'key', fresh)).toBe('fresh');
  });

  it('returns nothing stale after a change is announced, even if a load ended before it', async () => {
    const slow = new SlowSource();
    const key = newKey();
    const early = one.get(TENANT, key, slow);
    await slow.hasBegun;
    slow.release('stale');
    await Promise.all([early, other.invalidate(TENANT)]);

    const fresh = new Source('fresh');
    for (const cache of [one, other]) {
      await eventually(() => cache.get(TENANT, key, fresh), { until: (value) => value === 'fresh' });
    }
  });
});

/** A pause of this machine must not make the cache continue without Redis. */
function waitPatiently(cache: SubscriptionCache): void {
  const { redis } = cache as unknown as { redis: Redis };
  redis.options.commandTimeout = 10_000;
}

describe('the cache of subscriptions, without Redis', () => {
  afterEach(closeCaches);

  it('loads a value once, and again after a change', async () => {
    const cache = openCache(cacheSettings({}));
    const source = new Source('before');
    for (let n = 0; n < 3; n += 1) expect(await cache.get(TENANT, 'key', source)).toBe('before');
    expect(source.loads).toBe(1);

    source.value = 'after';
    await cache.invalidate(TENANT);

    expect(await cache.get(TENANT, 'key', source)).toBe('after');
  });

  it('reloads a value when its time is up', async () => {
    const cache = openCache(cacheSettings({ SUBSCRIPTION_CACHE_TTL: '0.1' }));
    const source = new Source('before');
    await cache.get(TENANT, 'key', source);
    source.value = 'after';
    await eventually(() => cache.get(TENANT, 'key', source), { until: (value) => value === 'after' });
    expect(source.loads).toBe(2);
  });

  it('keeps nothing when told to', async () => {
    const cache = openCache(cacheSettings({ SUBSCRIPTION_CACHE_TTL: '0' }));
    const source = new Source();
    for (let n = 0; n < 3; n += 1) await cache.get(TENANT, 'key', source);
    expect(source.loads).toBe(3);
  });
});
