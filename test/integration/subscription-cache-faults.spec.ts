import type { SubscriptionCache } from '../../src/subscriptions/subscription-cache.js';
import { eventually } from '../support/eventually.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { cacheSettings, closeCaches, openCache, openTwoCaches, Source } from '../support/subscription-caches.js';

const TENANT = 'default';

describe('the cache of subscriptions, on a real Redis that goes away', () => {
  let redis: FaultyRedis;
  let one: SubscriptionCache;
  let other: SubscriptionCache;
  let keys = 0;

  beforeEach(async () => {
    redis = await FaultyRedis.start();
    [one, other] = await openTwoCaches(cacheSettings({ REDIS_URL: redis.url, SUBSCRIPTION_CACHE_TTL: '30' }));
  });

  afterEach(() => {
    // While there is a connection to close: ioredis waits 2 s for one that is being made.
    closeCaches();
    return redis.stop();
  });

  const newKey = (): string => `key ${(keys += 1)}`;

  it.each(['freeze', 'kill'] as const)('answers without it within 300 ms, after a %s', async (harm) => {
    redis[harm]();

    const first = await timed(() => one.get(TENANT, newKey(), new Source('loaded').load));
    expect(first.value).toBe('loaded');
    expect(first.ms).toBeLessThan(300);
    // What it has learnt of Redis spares the next ones the wait.
    const next = await timed(async () => {
      for (let n = 0; n < 20; n += 1) await one.get(TENANT, newKey(), new Source().load);
    });
    expect(next.ms).toBeLessThan(300);
  });

  it.each(['freeze', 'kill'] as const)('obeys a change made here, after a %s', async (harm) => {
    const source = new Source('before');
    await one.get(TENANT, 'key', source.load);
    redis[harm]();
    source.value = 'after';

    const { ms } = await timed(() => one.invalidate(TENANT));

    expect(ms).toBeLessThan(300);
    expect(await one.get(TENANT, 'key', source.load)).toBe('after');
  });

  it('keeps no value for longer than a second or so while it can not hear of changes', async () => {
    const source = new Source('before');
    await other.get(TENANT, 'key', source.load);
    redis.kill();
    source.value = 'after';
    const changedAt = performance.now();
    await one.invalidate(TENANT);

    await eventually(() => other.get(TENANT, 'key', source.load), { until: (value) => value === 'after' });

    expect(performance.now() - changedAt).toBeLessThan(1500);
  });

  it('keeps no value for much longer than a second where Redis refuses to tell of changes', async () => {
    await redis.command('ACL', 'SETUSER', 'deaf', 'on', '>password', '~*', '+@all', 'resetchannels');
    const url = new URL(redis.url);
    Object.assign(url, { username: 'deaf', password: 'password' });
    const settings = { REDIS_URL: url.href, SUBSCRIPTION_CACHE_TTL: '30' };
    const deaf = openCache(cacheSettings(settings));
    const source = new Source('before');
    await eventually(() => deaf.get(TENANT, newKey(), source.load));
    await deaf.get(TENANT, 'key', source.load);
    source.value = 'after';
    const changedAt = performance.now();

    // Here for a second, and in Redis for another.
    await eventually(() => deaf.get(TENANT, 'key', source.load), { until: (value) => value === 'after' });

    expect(performance.now() - changedAt).toBeLessThan(3000);
  });

  it('shares values again when it is back', async () => {
    redis.freeze();
    await one.get(TENANT, newKey(), new Source().load);
    await redis.thaw();
    await eventually(async () => {
      const key = newKey();
      await one.get(TENANT, key, new Source('shared').load);
      return other.get(TENANT, key, new Source('not found').load);
    }, { until: (value) => value === 'shared' }); // prettier-ignore
  });
});

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const startedAt = performance.now();
  const value = await work();
  return { value, ms: performance.now() - startedAt };
}
