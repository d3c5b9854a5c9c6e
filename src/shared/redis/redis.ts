import { Cluster, Redis, type RedisOptions, ReplyError } from 'ioredis';
import { StartRefused } from '../errors/start-refused.js';
import type { Logger } from '../logging/logger.js';
import { parseRedisUrl } from './redis-address.js';

/** Longest wait for Redis of somebody who can do without it, in milliseconds. */
const FAIL_FAST_MS = 1000;
/**
 * A TCP connection whose other end is gone without a word is given up after this long, in milliseconds: by those who
 * wait for an answer, which may take Redis its time, and by those who don't.
 */
const SOCKET_TIMEOUT_MS = 10_000;
const FAIL_FAST_SOCKET_TIMEOUT_MS = 5000;
/** How often a Cluster is asked which node has which keys, in milliseconds. */
const SLOTS_REFRESH_MS = 5000;

/** An idle connection whose other end is gone is noticed after about 20 s, and no NAT forgets one that lives. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/** What a server says that is not, or no longer, the master; also from within a script. */
const NOT_THE_MASTER = /(^|-)(READONLY|MASTERDOWN|UNBLOCKED) /;

function retryDelay(times: number): number {
  return Math.min(times * 100, 2000);
}

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
  retryStrategy: retryDelay,
};

/** For callers who wait for Redis as long as it takes: a worker that takes jobs, a subscriber. */
export const PATIENT: RedisOptions = {
  maxRetriesPerRequest: null,
  enableReadyCheck: false,
  connectTimeout: SOCKET_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  retryStrategy: retryDelay,
};

/** A node of a Cluster that moved a key elsewhere is followed so often; a call that may wait follows patiently. */
const FAIL_FAST_REDIRECTIONS = 2;
const PATIENT_REDIRECTIONS = 16;

/**
 * Opens a client that survives the loss of its server and says so in the log once, not at each try. It follows a master
 * that Sentinels replace, and the slots of a Cluster.
 */
export function connectRedis(url: string, options: RedisOptions, logger: Logger, purpose: string): Redis {
  const client = open(url, options);
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

function open(url: string, options: RedisOptions): Redis {
  const address = parseRedisUrl(url);
  if (address === null) throw new TypeError('That is no address of a Redis');
  const lasting: RedisOptions = {
    ...options,
    keepAlive: KEEP_ALIVE_DELAY_MS,
    // Such a server keeps its connections open, so nobody would notice where the name, the proxy or the Sentinels lead.
    // 2: reconnect, and then repeat the command.
    reconnectOnError: (error) => (NOT_THE_MASTER.test(error.message) ? 2 : false),
  };
  if (address.kind === 'single') {
    const { protocol, pathname } = new URL(address.url);
    return protocol === 'unix:' ? new Redis(decodeURIComponent(pathname), lasting) : new Redis(address.url, lasting);
  }
  const { username, password, isTls } = address;
  const access = { ...(username && { username }), ...(password && { password }), ...(isTls && { tls: {} }) };
  if (address.kind === 'sentinel') {
    return new Redis({
      ...lasting,
      ...access,
      sentinels: [...address.servers],
      name: address.masterName,
      db: address.db,
      ...(isTls && { enableTLSForSentinelMode: true }),
      sentinelRetryStrategy: retryDelay,
    });
  }
  const isPatient = options.maxRetriesPerRequest === null;
  const cluster = new Cluster([...address.servers], {
    redisOptions: { ...options, keepAlive: KEEP_ALIVE_DELAY_MS, ...access },
    enableOfflineQueue: options.enableOfflineQueue ?? true,
    lazyConnect: options.lazyConnect ?? false,
    clusterRetryStrategy: retryDelay,
    maxRedirections: isPatient ? PATIENT_REDIRECTIONS : FAIL_FAST_REDIRECTIONS,
    slotsRefreshTimeout: FAIL_FAST_MS,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    // Addresses as the nodes announce them; they need no resolver.
    dnsLookup: (host, callback) => { callback(null, host); }, // prettier-ignore
  });
  // It has all of a single client's commands, and that is all that is asked of it.
  return cluster as unknown as Redis;
}

/** Whether Redis itself said no: to a password, to a command, to a write while it loads. */
export function isRedisRefusal(error: unknown): boolean {
  return error instanceof (ReplyError as unknown as new () => Error);
}

export class WrongEvictionPolicy extends StartRefused {
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
 * @throws WrongEvictionPolicy when it would drop keys. Silence (Redis away, or CONFIG not permitted, as with some
 * hosted ones) is not an error: a start must not depend on Redis.
 */
export async function refuseEviction(url: string, logger: Logger): Promise<void> {
  const client = connectRedis(url, { ...FAIL_FAST, enableOfflineQueue: true, lazyConnect: true }, logger, 'start');
  let policies: string[] = [];
  try {
    await client.connect();
    const servers = client instanceof Cluster ? (client as Cluster).nodes('master') : [client];
    const answers = await Promise.all(servers.map((server) => server.config('GET', 'maxmemory-policy')));
    policies = answers.map((answer) => (answer as string[])[1] ?? 'noeviction');
  } catch (error) {
    logger.warn({ err: error }, 'redis.policy_unknown');
  } finally {
    client.disconnect();
  }
  const wrong = policies.find((policy) => policy !== 'noeviction');
  if (wrong !== undefined) throw new WrongEvictionPolicy(wrong);
}
