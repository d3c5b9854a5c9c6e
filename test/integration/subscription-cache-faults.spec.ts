import type { SubscriptionCache } from '../../src/subscriptions/subscription-cache.js';
import { bestOf, msOf } from '../support/best-of.js';
import { eventually } from '../support/eventually.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { cacheSettings, closeCaches, openCache, openTwoCaches, Source } from '../support/subscription-caches.js';

const TENANT = 'default';

describe('the cache of subscriptions, on a real Redis that goes away', () => {
  let redis: FaultyRedis;
  let one: SubscriptionCache;
  let other: SubscriptionCache;
  let keys = 0;

  const start = async (): Promise<void> => {
    redis = await FaultyRedis.start();
    [one, other] = await openTwoCaches(cacheSettings({ REDIS_URL: redis.url, SUBSCRIPTION_CACHE_TTL: '30' }));
  };
  const stop = (): Promise<void> => {
    // While there is a connection to close: ioredis waits 2 s for one that is being made.
    closeCaches();
    return redis.stop();
  };
  const renew = (): Promise<void> => stop().then(start);

  beforeEach(start);
  afterEach(stop);

  const newKey = (): string => `key ${(keys += 1)}`;

  it.each(['freeze', 'kill'] as const)('answers without it within 300 ms, after a %s', async (harm) => {
    const answer = async (): Promise<number> => {
      redis[harm]();

      const firstMs = await msOf(async () => {
        expect(await one.get(TENANT, newKey(), new Source('loaded'))).toBe('loaded');
      });
      // What it has learnt of Redis spares the next ones the wait.
      const nextMs = await msOf(async () => {
        for (let n = 0; n < 20; n += 1) await one.get(TENANT, newKey(), new Source());
      });
      return Math.max(firstMs, nextMs);
    };
    expect(await bestOf(300, answer, renew)).toBeLessThan(300);
  });

  it.each(['freeze', 'kill'] as const)('obeys a change made here, after a %s', async (harm) => {
    const change = async (): Promise<number> => {
      const source = new Source('before');
      await one.get(TENANT, 'key', source);
      redis[harm]();
      source.value = 'after';

      const ms = await msOf(() => one.invalidate(TENANT));

      expect(await one.get(TENANT, 'key', source)).toBe('after');
      return ms;
    };
    expect(await bestOf(300, change, renew)).toBeLessThan(300);
  });

  it('keeps no value for longer than a second or so while it can not hear of changes', async () => {
    const change = async (): Promise<number> => {
      const source = new Source('before');
      await other.get(TENANT, 'key', source);
      redis.kill();
      source.value = 'after';
      return msOf(async () => {
        await one.invalidate(TENANT);
        await eventually(() => other.get(TENANT, 'key', source), { until: (value) => value === 'after' });
      });
    };
    expect(await bestOf(1500, change, renew)).toBeLessThan(1500);
  });

  it('keeps no value for much longer than a second where Redis refuses to tell of changes', async () => {
    await redis.command('ACL', 'SETUSER', 'deaf', 'on', '>password', '~*', '+@all', 'resetchannels');
    const url = new URL(redis.url);
    Object.assign(url, { username: 'deaf', password: 'password' });
    const settings = { REDIS_URL: url.href, SUBSCRIPTION_CACHE_TTL: '30' };
    const change = async (): Promise<number> => {
      const deaf = openCache(cacheSettings(settings));
      const source = new Source('before');
      await eventually(() => deaf.get(TENANT, newKey(), source));
      await deaf.get(TENANT, 'key', source);
      source.value = 'after';

      // Here for a second, and in Redis for another.
      return msOf(() => eventually(() => deaf.get(TENANT, 'key', source), { until: (value) => value === 'after' }));
    };
    expect(await bestOf(3000, change)).toBeLessThan(3000);
  });

  it('shares values again when it is back', async () => {
    redis.freeze();
    await one.get(TENANT, newKey(), new Source());
    await redis.thaw();
    await eventually(async () => {
      const key = newKey();
      await one.get(TENANT, key, new Source('shared'));
      return other.get(TENANT, key, new Source('not found'));
    }, { until: (value) => value === 'shared' }); // prettier-ignore
  });
});
