import { Redis } from 'ioredis';
import { parseSettings, type Settings } from '../../src/shared/config/settings.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { SubscriptionCache } from '../../src/subscriptions/subscription-cache.js';
import { eventually } from '../support/eventually.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { silentLogger } from '../support/silent-logger.js';
import { testRedisUrl, uniquePrefix } from '../support/test-redis.js';

const TENANT = 'default';

let opened: SubscriptionCache[] = [];

const settingsOf = (env: Readonly<Record<string, string>>): Settings =>
  parseSettings({ DATABASE_URL: 'postgres://nobody.asks.it/', QUEUE_PREFIX: uniquePrefix(), ...env });

function openCache(settings: Settings): SubscriptionCache {
  const cache = new SubscriptionCache(settings, new SystemClock(), silentLogger);
  opened.push(cache);
  return cache;
}

/** Counts how often it is asked for the value that there is. */
class Source {
  loads = 0;

  constructor(public value: unknown = 'first') {}

  readonly load = (): Promise<unknown> => {
    this.loads += 1;
    return Promise.resolve(this.value);
  };
}

/** A load that is under way until it is released. */
class SlowSource {
  private started!: () => void;
  private finish!: (value: unknown) => void;
  readonly hasBegun = new Promise<void>((resolve) => (this.started = resolve));
  private readonly result = new Promise((resolve) => (this.finish = resolve));

  readonly load = (): Promise<unknown> => {
    this.started();
    return this.result;
  };

  release(value: unknown): void {
    this.finish(value);
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const startedAt = performance.now();
  const value = await work();
  return { value, ms: performance.now() - startedAt };
}

function closeCaches(): void {
  for (const cache of opened) cache.onApplicationShutdown();
  opened = [];
}

afterEach(closeCaches);

/** Until what one has stored is found by the other, both ways, and both hear of changes. */
async function connected(settings: Settings, ...caches: SubscriptionCache[]): Promise<void> {
  const client = new Redis(settings.redisUrl!);
  const heard = (): Promise<unknown[]> => client.pubsub('NUMSUB', `${settings.queuePrefix}:subscriptions`);
  await eventually(heard, { until: ([, count]) => count === caches.length });
  client.disconnect();
  let key = 0;
  for (const from of caches) {
    for (const to of caches.filter((other) => other !== from)) {
      await eventually(async () => {
        key += 1;
        await from.get('warm-up', `${key}`, () => Promise.resolve('stored'));
        return to.get('warm-up', `${key}`, () => Promise.resolve('not found'));
      }, { until: (value) => value === 'stored' }); // prettier-ignore
    }
  }
}

describe('the cache of subscriptions, in two processes on one real Redis', () => {
  let settings: Settings;
  let one: SubscriptionCache;
  let other: SubscriptionCache;
  let redis: Redis;

  beforeEach(async () => {
    settings = settingsOf({ REDIS_URL: testRedisUrl(), SUBSCRIPTION_CACHE_TTL: '30' });
    one = openCache(settings);
    other = openCache(settings);
    redis = new Redis(testRedisUrl());
    await connected(settings, one, other);
  });

  afterEach(() => {
    redis.disconnect();
  });

  /** What is loaded is answered before it has come to Redis. */
  const isInRedis = (tenant: string, key: string): Promise<unknown> =>
    eventually(() => redis.keys(`${settings.queuePrefix}:subscriptions:${tenant}:*:${key}`), {
      until: ({ length }) => length === 1,
    });

  it('loads a value once, and gives both the same', async () => {
    const source = new Source({ id: 'sub_1', eventTypes: ['a', 'b'], isDisabled: false, none: null });
    for (const cache of [one, one, other, other]) {
      expect(await cache.get(TENANT, 'key', source.load)).toEqual(source.value);
      await isInRedis(TENANT, 'key');
    }
    expect(source.loads).toBe(1);
  });

  it('loads once for all who ask at the same time', async () => {
    const slow = new SlowSource();
    const second = new Source();
    const asked = [one.get(TENANT, 'key', slow.load)];
    await slow.hasBegun;
    asked.push(one.get(TENANT, 'key', second.load), one.get(TENANT, 'key', second.load));
    slow.release('loaded');
    expect(await Promise.all(asked)).toEqual(['loaded', 'loaded', 'loaded']);
    expect(second.loads).toBe(0);
  });

  it('keeps values apart by tenant and key', async () => {
    const places = [['a', 'k'], ['a', 'l'], ['b', 'k']] as const; // prettier-ignore
    for (const [tenant, key] of places) {
      await one.get(tenant, key, () => Promise.resolve(`${tenant} ${key}`));
      await isInRedis(tenant, key);
    }
    const source = new Source('not found');
    const found = await Promise.all(places.map(([tenant, key]) => other.get(tenant, key, source.load)));
    expect(found).toEqual(['a k', 'a l', 'b k']);
  });

  it('keeps nothing of a load that failed', async () => {
    const failure = new Error('no database');
    await expect(one.get(TENANT, 'key', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await one.get(TENANT, 'key', new Source('now').load)).toBe('now');
  });

  it('gives the new value after a change: here at once, in the other process within a second', async () => {
    const source = new Source('before');
    for (const cache of [one, other]) expect(await cache.get(TENANT, 'key', source.load)).toBe('before');

    source.value = 'after';
    const changedAt = performance.now();
    await one.invalidate(TENANT);

    expect(await one.get(TENANT, 'key', source.load)).toBe('after');
    await eventually(() => other.get(TENANT, 'key', source.load), { until: (value) => value === 'after' });
    expect(performance.now() - changedAt).toBeLessThan(1000);
  });

  it('keeps what belongs to the other tenants through a change', async () => {
    const source = new Source();
    await one.get('another', 'key', source.load);
    await one.invalidate(TENANT);
    expect(await one.get('another', 'key', source.load)).toBe('first');
    expect(source.loads).toBe(1);
  });

  it.each([
    ['this process', () => one],
    ['another process', () => other],
  ])('finds nothing stale after a load that began before a change by %s', async (_, changing) => {
    const slow = new SlowSource();
    const told = new Source('before');
    await one.get(TENANT, 'told', told.load);
    const early = one.get(TENANT, 'key', slow.load);
    await slow.hasBegun;

    told.value = 'after';
    await changing().invalidate(TENANT);
    await eventually(() => one.get(TENANT, 'told', told.load), { until: (value) => value === 'after' });
    slow.release('stale');
    expect(await early).toBe('stale');

    const fresh = new Source('fresh');
    for (const cache of [one, other]) expect(await cache.get(TENANT, 'key', fresh.load)).toBe('fresh');
  });

  it('finds nothing stale for long after a load that ended before the change was heard of', async () => {
    const slow = new SlowSource();
    const early = one.get(TENANT, 'key', slow.load);
    await slow.hasBegun;
    slow.release('stale');
    const changedAt = performance.now();
    await Promise.all([early, other.invalidate(TENANT)]);

    const fresh = new Source('fresh');
    for (const cache of [one, other]) {
      await eventually(() => cache.get(TENANT, 'key', fresh.load), { until: (value) => value === 'fresh' });
    }
    expect(performance.now() - changedAt).toBeLessThan(1000);
  });
});

describe('the cache of subscriptions, on a real Redis that goes away', () => {
  let redis: FaultyRedis;
  let one: SubscriptionCache;
  let other: SubscriptionCache;
  let keys = 0;

  beforeEach(async () => {
    redis = await FaultyRedis.start();
    const settings = settingsOf({ REDIS_URL: redis.url, SUBSCRIPTION_CACHE_TTL: '30' });
    one = openCache(settings);
    other = openCache(settings);
    await connected(settings, one, other);
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

  it('shares values again when it is back', async () => {
    redis.freeze();
    await one.get(TENANT, newKey(), new Source().load);
    redis.thaw();
    await eventually(async () => {
      const key = newKey();
      await one.get(TENANT, key, new Source('shared').load);
      return other.get(TENANT, key, new Source('not found').load);
    }, { until: (value) => value === 'shared' }); // prettier-ignore
  });
});

describe('the cache of subscriptions, without Redis', () => {
  it('loads a value once, and anew after a change', async () => {
    const cache = openCache(settingsOf({}));
    const source = new Source('before');
    for (let n = 0; n < 3; n += 1) expect(await cache.get(TENANT, 'key', source.load)).toBe('before');
    expect(source.loads).toBe(1);

    source.value = 'after';
    await cache.invalidate(TENANT);

    expect(await cache.get(TENANT, 'key', source.load)).toBe('after');
  });

  it('loads a value anew when its time is over', async () => {
    const cache = openCache(settingsOf({ SUBSCRIPTION_CACHE_TTL: '0.1' }));
    const source = new Source('before');
    await cache.get(TENANT, 'key', source.load);
    source.value = 'after';
    await eventually(() => cache.get(TENANT, 'key', source.load), { until: (value) => value === 'after' });
    expect(source.loads).toBe(2);
  });

  it('keeps nothing when it is told to', async () => {
    const cache = openCache(settingsOf({ SUBSCRIPTION_CACHE_TTL: '0' }));
    const source = new Source();
    for (let n = 0; n < 3; n += 1) await cache.get(TENANT, 'key', source.load);
    expect(source.loads).toBe(3);
  });
});
