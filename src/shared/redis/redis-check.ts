import { Cluster, type Redis } from 'ioredis';
import { StartRefused } from '../errors/start-refused.js';
import type { Logger } from '../logging/logger.js';
import { connectRedis, FAIL_FAST, isRedisRefusal } from './redis.js';
import { keyRoot } from './redis-address.js';

export class WrongEvictionPolicy extends StartRefused {
  constructor(policy: string) {
    super(
      `Redis has maxmemory-policy ${policy}, which may silently evict jobs. Set it to noeviction: ` +
        'redis-cli CONFIG SET maxmemory-policy noeviction',
    );
  }
}

/** Redis rejects our credentials or a command that the service needs. Reconnecting would not change that. */
export class RefusedByRedis extends StartRefused {
  constructor(cause: Error) {
    super(
      `Redis refuses what REDIS_URL asks for: ${cause.message}. Check its password, user and database number. The user ` +
        'needs all commands on the keys and channels that start with QUEUE_PREFIX.',
      { cause },
    );
  }
}

/** Answers that reconnecting does not change. Others pass, such as LOADING, or that there are too many clients. */
const LASTING_REFUSAL =
  /\b(WRONGPASS|NOAUTH|NOPERM)\b|DB index is out of range|invalid password|SELECT is not allowed|The user executing the script/;
/** Longest wait for a connection: a client of Sentinels or a Cluster would try again for ever. */
const CONNECT_TIMEOUT_MS = 5000;
/** Life of the key of the check. */
const KEY_LIFE_MS = 1000;

/**
 * Checks that Redis lets us in, opens our database, runs a script on our keys, and evicts no keys when it is full. If
 * Redis is unavailable, or its policy cannot be read, logs a warning: a start must not depend on Redis.
 *
 * @throws RefusedByRedis, WrongEvictionPolicy
 */
export async function checkRedis(settings: { redisUrl: string; queuePrefix: string }, logger: Logger): Promise<void> {
  const options = { ...FAIL_FAST, enableOfflineQueue: true, lazyConnect: true };
  const client = connectRedis(settings.redisUrl, options, logger, 'start');
  const refusals: Error[] = [];
  const remember = (error: unknown): void => {
    if (isRedisRefusal(error)) refusals.push(error as Error);
  };
  // ioredis reports a refused password or database here, and goes on in database 0.
  client.on('error', remember);
  // The nodes of a Cluster report it here.
  client.on('node error', remember);
  let policies: string[] = [];
  try {
    await connectWithin(client, CONNECT_TIMEOUT_MS);
    await useKey(client, `${keyRoot(settings)}:start`).catch(remember);
    policies = await policiesOf(client);
  } catch (error) {
    logger.warn({ err: error }, 'redis.policy_unknown');
  } finally {
    client.disconnect();
  }
  const lasting = refusals.find(({ message }) => LASTING_REFUSAL.test(message));
  if (lasting !== undefined) throw new RefusedByRedis(lasting);
  const wrong = policies.find((policy) => policy !== 'noeviction');
  if (wrong !== undefined) throw new WrongEvictionPolicy(wrong);
}

async function connectWithin(client: Redis, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Redis accepted no connection within ${timeoutMs / 1000} s`));
    }, timeoutMs);
  });
  const connecting = client.connect();
  // After the timeout, nobody waits for it.
  connecting.catch(() => undefined);
  await Promise.race([connecting, timeout]).finally(() => {
    clearTimeout(timer);
  });
}

/** Runs a script, as Bull does all the time. */
async function useKey(client: Redis, key: string): Promise<void> {
  const script = "redis.call('publish', KEYS[1], '') return redis.call('set', KEYS[1], '', 'PX', ARGV[1])";
  await client.eval(script, 1, key, KEY_LIFE_MS);
}

async function policiesOf(client: Redis): Promise<string[]> {
  const servers = client instanceof Cluster ? (client as Cluster).nodes('master') : [client];
  const answers = await Promise.all(servers.map((server) => server.config('GET', 'maxmemory-policy')));
  return answers.map((answer) => (answer as string[])[1] ?? 'noeviction');
}
