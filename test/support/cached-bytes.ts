import type { FaultyRedis } from './faulty-redis.js';

/** What look-ups of subscriptions take in a Redis; jobs beside them come and go. */
export async function cachedBytes(redis: FaultyRedis): Promise<number> {
  const keys = (await redis.command('KEYS', '*:subscriptions:*')) as string[];
  const sizes = await Promise.all(keys.map((key) => redis.command('MEMORY', 'USAGE', key)));
  // One whose time was over meanwhile takes nothing.
  return sizes.reduce<number>((sum, size) => sum + Number(size ?? 0), 0);
}
