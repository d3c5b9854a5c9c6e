import { Redis } from 'ioredis';
import { parseSettings, type Settings } from '../../src/shared/config/settings.js';
import { type Clock, SystemClock } from '../../src/shared/time/clock.js';
import { type LookUp, SubscriptionCache } from '../../src/subscriptions/subscription-cache.js';
import { eventually } from './eventually.js';
import { silentLogger } from './silent-logger.js';
import { uniquePrefix } from './test-redis.js';

let opened: SubscriptionCache[] = [];

export function cacheSettings(env: Readonly<Record<string, string>>): Settings {
  return parseSettings({ DATABASE_URL: 'postgres://nobody.asks.it/', QUEUE_PREFIX: uniquePrefix(), ...env });
}

/** The cache of one process. */
export function openCache(settings: Settings, clock: Clock = new SystemClock()): SubscriptionCache {
  const cache = new SubscriptionCache(settings, clock, silentLogger);
  opened.push(cache);
  return cache;
}

/** The caches of two processes. Each finds what the other has stored, and is notified of its changes. */
export async function openTwoCaches(
  settings: Settings,
  clock: Clock = new SystemClock(),
): Promise<[SubscriptionCache, SubscriptionCache]> {
  const [one, other] = [openCache(settings, clock), openCache(settings, clock)];
  const client = new Redis(settings.redisUrl!);
  const listeners = (): Promise<unknown[]> => client.pubsub('NUMSUB', `${settings.queuePrefix}:subscriptions`);
  await eventually(listeners, { until: ([, count]) => count === 2 });
  client.disconnect();
  await finds(other, one);
  await finds(one, other);
  return [one, other];
}

/** Closes all caches of a test. */
export function closeCaches(): void {
  for (const cache of opened) cache.onApplicationShutdown();
  opened = [];
}

let warmUps = 0;

async function finds(finder: SubscriptionCache, storer: SubscriptionCache): Promise<void> {
  const probe = async (): Promise<string> => {
    const key = `${(warmUps += 1)}`;
    await storer.get(
      'warm-up',
      key,
      lookUp(() => Promise.resolve('stored')),
    );
    return finder.get(
      'warm-up',
      key,
      lookUp(() => Promise.resolve('not found')),
    );
  };
  await eventually(probe, { until: (value) => value === 'stored' });
}

const asIs = (stored: unknown): unknown => stored;

/** Accepts any stored value. */
export function lookUp<T>(load: () => Promise<T>): LookUp<T> {
  return { load, read: (stored) => stored as T };
}

/** A load that returns the current value, and counts its calls. */
export class Source implements LookUp<unknown> {
  loads = 0;
  readonly read = asIs;

  constructor(public value: unknown = 'first') {}

  readonly load = (): Promise<unknown> => {
    this.loads += 1;
    return Promise.resolve(this.value);
  };
}

/** A load that does not finish until it is released. */
export class SlowSource implements LookUp<unknown> {
  readonly read = asIs;
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
