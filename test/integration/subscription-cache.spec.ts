import { Redis } from 'ioredis';
import { startLocalRedis } from '../../src/local/local-redis.js';
import type { LocalServer } from '../../src/local/local-server.js';
import { parseSettings, type Settings } from '../../src/shared/config/settings.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { SubscriptionCache } from '../../src/subscriptions/subscription-cache.js';
import { eventually } from '../support/eventually.js';
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

afterEach(() => {
  for (const cache of opened) cache.onApplicationShutdown();
  opened = [];
});

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
  let one: SubscriptionCache;
  let other: SubscriptionCache;

  beforeEach(async () => {
    const settings = settingsOf({ REDIS_URL: testRedisUrl(), SUBSCRIPTION_CACHE_TTL: '30' });
    one = openCache(settings);
    other = openCache(settings);
    await connected(settings, one, other);
  });

  it('loads a value once, and gives both the same', async () => {
    const source = new Source({ id: 'sub_1', eventTypes: ['a', 'b'], isDisabled: false, none: null });
    for (const cache of [one, one, other, other]) {
      expect(await eventually(() => cache.get(TENANT, 'key', source.load))).toEqual(source.value);
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
    for (const [tenant, key] of places) await one.get(tenant, key, () => Promise.resolve(`${tenant} ${key}`));
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
    ['of this process', () => one],
    ['of another process', () => other],
  ])('finds nothing stale after a load that began before a change %s', async (_, changing) => {
    const slow = new SlowSource();
    const early = one.get(TENANT, 'key', slow.load);
    await slow.hasBegun;
    await changing().invalidate(TENANT);
    const fresh = new Source('fresh');
    if (changing() === other) {
      // The message has come when a value of its own is gone, too.
      await eventually(() => one.get(TENANT, 'told', fresh.load));
    }
    slow.release('stale');
    await early;

    for (const cache of [one, other]) {
      await eventually(() => cache.get(TENANT, 'key', fresh.load), {
        until: (value) => value === 'fresh',
        timeoutMs: 900,
      });
    }
  });
});
