import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../logging/logger.js';

/** Longest wait for Redis of somebody who can do without it, in milliseconds. */
const FAIL_FAST_MS = 1000;
/**
 * A TCP connection whose other end is gone without a word is given up after this long, in milliseconds: by those who wait for
 * an answer, which may take Redis its time, and by those who don't.
 */
const SOCKET_TIMEOUT_MS = 10_000;
const FAIL_FAST_SOCKET_TIMEOUT_MS = 5000;

/**
 * For callers who can do without Redis: a command fails within a second when it is away, and nothing is queued.
 */
export const FAIL_FAST: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: FAIL_FAST_MS,
  connectTimeout: FAIL_FAST_MS,
  // A command that was given up leaves its connection as it is: the next one would fail on it too, and so on for ever.
  socketTimeout: FAIL_FAST_SOCKET_TIMEOUT_MS,
  retryStrategy: (times) => Math.min(times * 100, 2000),
};

/** For callers who wait for Redis as long as it takes: a worker that takes jobs, a subscriber. */
export const PATIENT: RedisOptions = {
  maxRetriesPerRequest: null,
  enableReadyCheck: false,
  connectTimeout: SOCKET_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  retryStrategy: (times) => Math.min(times * 100, 2000),
};

/** Opens a client that survives the loss of its server and says so in the log once, not at each try. */
export function connectRedis(url: string, options: RedisOptions, logger: Logger, purpose: string): Redis {
  const { protocol, pathname } = new URL(url);
  const client = protocol === 'unix:' ? new Redis(decodeURIComponent(pathname), options) : new Redis(url, options);
  let isLost = false;
  client.on('error', (error: Error) => {
    if (isLost) return;
    isLost = true;
    logger.warn({ err: error, purpose }, 'redis.lost');
  });
  client.on('ready', () => {
    if (isLost) logger.warn({ purpose }, 'redis.back');
    isLost = false;
  });
  return client;
}

export class WrongEvictionPolicy extends Error {
  constructor(policy: string) {
    super(
      `Redis has maxmemory-policy ${policy}, under which it may drop jobs unseen. Set it to noeviction: ` +
        'redis-cli CONFIG SET maxmemory-policy noeviction',
    );
  }
}

/**
 * Asks Redis what it does when it is full.
 *
 * @throws WrongEvictionPolicy when it would drop keys. Silence (Redis away, or CONFIG not permitted, as with some hosted
 *   ones) is not an error: a start must not depend on Redis.
 */
export async function refuseEviction(url: string, logger: Logger): Promise<void> {
  const client = connectRedis(url, { ...FAIL_FAST, enableOfflineQueue: true, lazyConnect: true }, logger, 'start');
  let policy: string | undefined;
  try {
    await client.connect();
    [, policy] = (await client.config('GET', 'maxmemory-policy')) as string[];
  } catch (error) {
    logger.warn({ err: error }, 'redis.policy_unknown');
  } finally {
    client.disconnect();
  }
  if (policy !== undefined && policy !== 'noeviction') throw new WrongEvictionPolicy(policy);
}
