import { Cluster, Redis, type RedisOptions, ReplyError } from 'ioredis';
import type { Logger } from '../logging/logger.js';
import { parseRedisUrl } from './redis-address.js';

/** Longest wait for Redis by callers that can do without it. */
const FAIL_FAST_MS = 1000;
/**
 * A connection is closed when it is silent for this long while a response is due. Patient callers wait longer, because
 * Redis may take its time for a blocking command.
 */
const SOCKET_TIMEOUT_MS = 10_000;
const FAIL_FAST_SOCKET_TIMEOUT_MS = 5000;
/** Interval between requests for the slot map of a Cluster. */
const SLOTS_REFRESH_MS = 5000;

/** Detects a dead idle connection after about 20 s, and keeps live ones from being dropped by a NAT. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/** Errors of a server that is not, or no longer, the master. Inside a script, they have a prefix. */
const NOT_THE_MASTER = /(^|-)(READONLY|MASTERDOWN|UNBLOCKED) /;

function retryDelay(times: number): number {
  return Math.min(times * 100, 2000);
}

/** For callers that can do without Redis. While it is unavailable, commands fail within a second and are not queued. */
export const FAIL_FAST: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: FAIL_FAST_MS,
  connectTimeout: FAIL_FAST_MS,
  // A command that times out does not close its connection. Without this timeout, every later command would fail, too.
  socketTimeout: FAIL_FAST_SOCKET_TIMEOUT_MS,
  retryStrategy: retryDelay,
};

/** For callers that wait for Redis as long as it takes, such as a worker that takes jobs, or a subscriber. */
export const PATIENT: RedisOptions = {
  maxRetriesPerRequest: null,
  enableReadyCheck: false,
  connectTimeout: SOCKET_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  retryStrategy: retryDelay,
};

/** Maximum redirections of a command by the nodes of a Cluster. */
const FAIL_FAST_REDIRECTIONS = 2;
const PATIENT_REDIRECTIONS = 16;

/**
 * Opens a client that reconnects after it loses its server, and logs the loss once, not at each try. It follows
 * failovers of Sentinels and moved slots of a Cluster.
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
  if (address === null) throw new TypeError('This is not a Redis URL');
  const lasting: RedisOptions = {
    ...options,
    keepAlive: KEEP_ALIVE_DELAY_MS,
    // A demoted master keeps its connections open. Only a new connection finds the new master, by name, proxy or
    // Sentinels. 2 means: reconnect, then repeat the command.
    reconnectOnError: (error) => (NOT_THE_MASTER.test(error.message) ? 2 : false),
  };
  if (address.kind === 'single') {
    const { protocol, pathname } = new URL(address.url);
    return protocol === 'unix:'
      ? new Redis(decodeURIComponent(pathname), { ...lasting, db: address.db })
      : new Redis(address.url, lasting);
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
    // Nodes announce addresses, which need no resolver.
    dnsLookup: (host, callback) => { callback(null, host); }, // prettier-ignore
  });
  // A Cluster has all the commands of a single client, and callers use nothing else.
  return cluster as unknown as Redis;
}

/** Whether Redis responded with an error, such as a wrong password, an unknown command, or a write while it loads. */
export function isRedisRefusal(error: unknown): boolean {
  return error instanceof (ReplyError as unknown as new () => Error);
}
