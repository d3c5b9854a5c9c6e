import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { nonEmpty } from '../shared/config/env.js';
import { isLoopback } from '../shared/net/loopback.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { startLocalRedis } from './local-redis.js';

/** Allowed only while API_ACCESS is open: for the echo receiver and other receivers on this machine. */
const LOCAL_TARGETS = '127.0.0.0/8,::1/128';
/** The name of this machine, which is always a loopback address. */
const LOCAL_HOST = 'localhost';

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings of the application for the servers that were started, and a function that stops them. */
interface LocalServers {
  readonly settings: Record<string, string>;
  readonly stop: () => Promise<void>;
}

/** Provides what the environment does not set: PostgreSQL, Redis if it is installed, and an encryption key. */
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
      'NO REDIS: neither redis-server nor valkey-server is on PATH, so jobs stay in this process (in-process queue).',
    );
  }
  const stop = async (): Promise<void> => {
    await Promise.all([postgres?.stop(), redis?.stop()]);
  };
  // Open by default, so that the first call needs no key. A bootstrap key or production means keys.
  const access = env['API_ACCESS'] ?? (env['BOOTSTRAP_API_KEY'] || env['NODE_ENV'] === 'production' ? 'keys' : 'open');
  const host = env['HOST'];
  const isAddress = host === undefined || isIP(host) !== 0 || isLoopback(host);
  if (!isAddress) say(`Ignoring HOST=${host}, which is not an address (some shells set it). Listening on 127.0.0.1.`);
  const settings = {
    ...(!isAddress && { HOST: '127.0.0.1' }),
    ...(postgres && { DATABASE_URL: postgres.url }),
    ...(redis && { REDIS_URL: redis.url }),
    ...(env['ENCRYPTION_KEYS']
      ? {}
      : { ENCRYPTION_KEY: env['ENCRYPTION_KEY'] ?? (await storedKey(join(directory, 'encryption.key'))) }),
    API_ACCESS: access,
    SHUTDOWN_DRAIN: env['SHUTDOWN_DRAIN'] ?? '0',
    ...(access === 'open' && {
      ALLOWED_TARGET_CIDRS: [env['ALLOWED_TARGET_CIDRS'], LOCAL_TARGETS].filter(Boolean).join(','),
      ALLOWED_TARGET_HOSTS: [env['ALLOWED_TARGET_HOSTS'], LOCAL_HOST].filter(Boolean).join(','),
    }),
  };
  return { settings, stop };
}

/** The key is stored beside the database, so that stored secrets can be decrypted after a restart. */
async function storedKey(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    const key = randomBytes(32).toString('base64');
    await writeFile(file, key, { mode: 0o600 });
    return key;
  }
}
