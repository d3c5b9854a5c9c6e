import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { nonEmpty } from '../shared/config/env.js';
import { isLoopback } from '../shared/net/loopback.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { startLocalRedis } from './local-redis.js';

/**
 * The echo receiver, and whatever else somebody tries the service on, is on this machine. With keys, others may call
 * it.
 */
const LOCAL_TARGETS = '127.0.0.0/8,::1/128';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a local start decides for the application, and what ends with it. */
interface LocalServers {
  readonly settings: Record<string, string>;
  readonly stop: () => Promise<void>;
}

/** Starts what the environment does not name: PostgreSQL, Redis if the machine has one, a key for secrets. */
export async function startLocalServers(
  given: Environment,
  say: (line: string) => void,
  directory = resolve('.data'),
): Promise<LocalServers> {
  const env = nonEmpty(given);
  await mkdir(directory, { recursive: true });
  const postgres = env['DATABASE_URL']
    ? null
    : await startEmbeddedPostgres({ directory: join(directory, 'postgres'), onLog: say });
  const redis = env['REDIS_URL'] ? null : await startLocalRedis({ directory: join(directory, 'redis'), onLog: say });
  if (!env['REDIS_URL'] && redis === null) {
    say(
      'NO REDIS: there is no redis-server or valkey-server on PATH, so jobs stay in this process (in-process queue).',
    );
  }
  const stop = async (): Promise<void> => {
    await Promise.all([postgres?.stop(), redis?.stop()]);
  };
  // Open, so that one can begin at once, unless somebody means it seriously.
  const access = env['API_ACCESS'] ?? (env['BOOTSTRAP_API_KEY'] || env['NODE_ENV'] === 'production' ? 'keys' : 'open');
  const host = env['HOST'];
  const isAddress = host === undefined || isIP(host) !== 0 || isLoopback(host);
  if (!isAddress) say(`HOST is ${host}, which is no address: shells and conda set it so. Listening on 127.0.0.1.`);
  const settings = {
    ...(!isAddress && { HOST: '127.0.0.1' }),
    ...(postgres && { DATABASE_URL: postgres.url }),
    ...(redis && { REDIS_URL: redis.url }),
    ...(env['ENCRYPTION_KEYS']
      ? {}
      : { ENCRYPTION_KEY: env['ENCRYPTION_KEY'] ?? (await keptKey(join(directory, 'encryption.key'))) }),
    API_ACCESS: access,
    ...(access === 'open' && {
      ALLOWED_TARGET_CIDRS: [env['ALLOWED_TARGET_CIDRS'], LOCAL_TARGETS].filter(Boolean).join(','),
    }),
  };
  return { settings, stop };
}

/** Secrets in the kept database must open again after a restart. */
async function keptKey(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    const key = randomBytes(32).toString('base64');
    await writeFile(file, key, { mode: 0o600 });
    return key;
  }
}
