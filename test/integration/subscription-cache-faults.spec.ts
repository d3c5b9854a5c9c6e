import { jest } from '@jest/globals';
import type { Redis } from 'ioredis';
import type { SubscriptionCache } from '../../src/subscriptions/subscription-cache.js';
import { eventually } from '../support/eventually.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { StoppableClock } from '../support/stoppable-clock.js';
import { cacheSettings, closeCaches, openCache, openTwoCaches, Source } from '../support/subscription-caches.js';

const TENANT = 'default';

describe('the cache of subscriptions, on a real Redis that goes away', () => {
  let redis: FaultyRedis;
  let clock: StoppableClock;
  let one: SubscriptionCache;
  let other: SubscriptionCache;
  let keys = 0;

  beforeEach(async () => {
    redis = await FaultyRedis.start();
    clock = new StoppableClock();
    const settings = cacheSettings({ REDIS_URL: redis.url, SUBSCRIPTION_CACHE_TTL: '60' });
    [one, other] = await openTwoCaches(settings, clock);
  });

  afterEach(() => {
    // While there is a connection to close: ioredis waits 2 s for one that is being made.
    closeCaches();
    return redis.stop();
  });

  const newKey = (): string => `key ${(keys += 1)}`;

  it.each(['freeze', 'kill'] as const)(
    'answers without Redis, and stops asking it for a while, after a %s',
    async (harm) => {
      redis[harm]();
      clock.stop();
      expect(await one.get(TENANT, newKey(), new Source('loaded'))).toBe('loaded');

      const client = (one as unknown as { redis: Redis }).redis;
      expect(client.options.commandTimeout).toBe(100);
      const asked = jest.spyOn(client, 'get');
      for (let n = 0; n < 20; n += 1) await one.get(TENANT, newKey(), new Source());
      expect(asked).not.toHaveBeenCalled();

      clock.advance(1000);
      await one.get(TENANT, newKey(), new Source());
      expect(asked).toHaveBeenCalledTimes(1);
    },
  );

  it.each(['freeze', 'kill'] as const)('obeys a change made in the same process, after a %s', async (harm) => {
    const source = new Source('before');
    await one.get(TENANT, 'key', source);
    redis[harm]();
    source.value = 'after';

    await one.invalidate(TENANT);

    expect(await one.get(TENANT, 'key', source)).toBe('after');
  });

  it('keeps no value for longer than a second while it cannot hear of changes', async () => {
    const source = new Source('before');
    clock.stop();
    await other.get(TENANT, 'key', source);
    redis.kill();
    source.value = 'after';
    await one.invalidate(TENANT);

    clock.advance(1000);

    await eventually(() => other.get(TENANT, 'key', source), { until: (value) => value === 'after' });
  });

  it('keeps no value for longer than a second where Redis refuses to announce changes', async () => {
    await redis.command('ACL', 'SETUSER', 'deaf', 'on', '>password', '~*', '+@all', 'resetchannels');
    const url = new URL(redis.url);
    Object.assign(url, { username: 'deaf', password: 'password' });
    const settings = cacheSettings({ REDIS_URL: url.href, SUBSCRIPTION_CACHE_TTL: '60' });
    const deaf = openCache(settings, clock);
    const source = new Source('before');
    await eventually(() => deaf.get(TENANT, newKey(), source));
    await deaf.get(TENANT, 'key', source);
    source.value = 'after';

    // Redis also keeps it for a second, by its own clock.
    const stored = async (): Promise<string[]> => {
      await deaf.get(TENANT, newKey(), source);
      return redis.command('KEYS', `${settings.queuePrefix}:*:key*`) as Promise<string[]>;
    };
    const [key] = await eventually(stored, { until: ({ length }) => length > 0 });
    expect(await redis.command('PTTL', key!)).toBeLessThanOrEqual(1000);
    const aSecondLater = (): Promise<unknown> => {
      clock.advance(1000);
      return deaf.get(TENANT, 'key', source);
    };
    await eventually(aSecondLater, { until: (value) => value === 'after' });
  });

  it('shares values again when Redis is back', async () => {
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
