import { isIP, SocketAddress } from 'node:net';
import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { isCidr } from '../net/cidr.js';
import { isOwnName } from '../net/loopback.js';
import {
  databaseUrl,
  flag,
  key,
  list,
  number,
  oneOf,
  processCount,
  proxyUrl,
  redisUrl,
  secret,
  text,
  wholeNumber,
} from './setting-kinds.js';

const cidr = text('a list of address ranges such as 10.1.0.0/16, separated by commas', isCidr);
const port = text('a port from 0 to 65535', (given) => /^\d{1,5}$/.test(given) && Number(given) <= 65_535).transform(
  Number,
);
const targetPort = text(
  'a list of ports from 1 to 65535, separated by commas',
  (given) => /^\d{1,5}$/.test(given) && Number(given) >= 1 && Number(given) <= 65_535,
).transform(Number);

function isPublicUrl(given: string): boolean {
  const url = URL.parse(given);
  // Nothing but an origin and a path, as it was written.
  if (url === null || `${url.origin}${url.pathname}`.replace(/\/$/, '') !== given.replace(/\/$/, '')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isOwnName(url.hostname.replace(/^\[(.*)\]$/, '$1')));
}

/**
 * All settings: accepted values, default, and description for `.env.example`. Intervals are in seconds unless the name
 * says otherwise.
 */
export const SETTINGS = z.object({
  nodeEnv: oneOf('development', 'test', 'production')
    .default('development')
    .describe('In production, the service refuses to start without an ENCRYPTION_KEY or with API_ACCESS=open.'),
  databaseUrl: databaseUrl()
    .optional()
    .describe('URL of PostgreSQL 15 or newer. If not set, `npm start` starts its own.'),
  databasePoolSize: wholeNumber(2, 500)
    .default(10)
    .describe('Maximum connections of each process for the API, and as many again for the delivery path.'),
  databaseReadUrl: databaseUrl()
    .optional()
    .describe(
      'URL of a streaming replica of that PostgreSQL, for searches, statistics and the ledger. Each API process opens ' +
        'up to DATABASE_POOL_SIZE connections to it, and one more. While it is away, these reads go to DATABASE_URL.',
    ),
  readLagLimit: number(1, 86_400)
    .default(30)
    .describe('A replica that is further behind than this is not read until it has caught up.'),
  redisUrl: redisUrl()
    .optional()
    .describe(
      'URL of Redis 7.0 or newer with maxmemory-policy noeviction. If not set, jobs stay in the memory of one process.',
    ),
  queueShards: wholeNumber(1, 64)
    .default(1)
    .describe(
      'Number of queues that jobs are spread over. A Redis Cluster can place them on different nodes. Must be the ' +
        'same in every process.',
    ),
  queueSilenceTimeout: wholeNumber(1, 3600)
    .default(60)
    .describe(
      'A worker that takes no job for this long, although it has capacity and jobs wait, exits so that its ' +
        'supervisor restarts it.',
    ),
  queuePrefix: text('1 to 64 letters, digits, ":", "_" or "-"', (prefix) => /^[A-Za-z0-9:_-]{1,64}$/.test(prefix))
    .default('webhooks')
    .describe('Prefix of all Redis keys, so that several installations can share one Redis.'),
  host: text('an address to listen on', () => true)
    .default('127.0.0.1')
    .describe('Address to listen on: 0.0.0.0 for all IPv4 addresses, :: for all addresses.'),
  port: port.default(8000).describe('Port to listen on; 0 for any free port.'),
  adminPort: port
    .optional()
    .describe(
      'Port for /health and /metrics. If set, PORT does not serve them. A worker process listens only on this port.',
    ),
  processes: processCount(64)
    .default(1)
    .describe(
      'Number of processes behind PORT and ADMIN_PORT, each with the role of the command; "auto" for one per CPU. More ' +
        'than one requires REDIS_URL. Each of them has the full limits of a process: PostgreSQL gets twice ' +
        'DATABASE_POOL_SIZE connections from each.',
    ),
  trustedProxies: list(cidr)
    .default([])
    .describe('Address ranges of proxies whose X-Forwarded-For header is trusted for the addresses in the audit log.'),
  corsOrigins: list(
    text('a list of origins such as https://console.example.com, separated by commas', (origin) => {
      const url = URL.parse(origin);
      return url?.origin === origin && /^https?:$/.test(url.protocol);
    }),
  )
    .default([])
    .describe('Origins whose pages may call the API from a browser. None by default.'),
  ui: oneOf('on', 'off').default('on').describe('Whether processes with the API serve the dashboard at /ui.'),
  portal: oneOf('on', 'off')
    .default('on')
    .describe(
      'Whether customers can use the portal at /portal. If "off", no links to it can be made, and those that were made ' +
        'open nothing.',
    ),
  apiAccess: oneOf('keys', 'open')
    .default('keys')
    .describe(
      'Who may call the API: holders of an API key ("keys"), or everyone ("open"). "open" requires a loopback HOST, ' +
        'and is refused in production.',
    ),
  bootstrapApiKey: secret('an API key; make one with: npm run --silent make-key', (token) =>
    /^whk_[0-7][0-9a-hjkmnp-tv-z]{25}_[A-Za-z0-9_-]{43}$/.test(token),
  )
    .optional()
    .describe(
      'First admin key for all tenants. Added at start unless it exists. Make one with: npm run --silent make-key',
    ),
  publicUrl: text('an https URL, or an http URL of this machine, without a query', isPublicUrl)
    .optional()
    .describe(
      'URL at which browsers reach this service, such as https://webhooks.example.com, for links to the portal. If ' +
        'not set, links can be made only where the service is called at a loopback address.',
    ),
  sessionIdleTimeout: wholeNumber(10, 86_400)
    .default(1800)
    .describe("A browser's session ends when it is not used for this long."),
  sessionMaxLifetime: wholeNumber(10, 2_592_000)
    .default(43_200)
    .describe("A browser's session ends this long after its beginning, however much it is used."),
  logLevel: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')
    .default('info')
    .describe('Lowest level that is logged.'),
  maxRetries: wholeNumber(1, LIMITS.attempts)
    .default(5)
    .describe('Maximum attempts of a delivery, including the first.'),
  initialRetryInterval: number(LIMITS.minIntervalSeconds, LIMITS.initialIntervalSeconds)
    .default(10)
    .describe('Wait before the second attempt. It doubles with each further attempt.'),
  maxRetryInterval: number(LIMITS.minIntervalSeconds, LIMITS.maxIntervalSeconds)
    .default(3600)
    .describe('Longest wait between attempts, even if Retry-After asks for more.'),
  webhookTimeout: number(LIMITS.minTimeoutSeconds, LIMITS.timeoutSeconds)
    .default(15)
    .describe('Timeout of an attempt, from connecting to the end of the response.'),
  workerConcurrency: wholeNumber(1, 10_000)
    .default(256)
    .describe(
      'Maximum requests in flight to receivers in each worker process. A tenant gets at most half of what the others ' +
        'leave, or 7/8 of all while it is alone.',
    ),
  maxInFlight: wholeNumber(1, LIMITS.inFlight)
    .default(32)
    .describe('Default of `max_in_flight`: requests in flight for one subscription in each worker process.'),
  visibilityTimeout: number(1, 3600)
    .default(25)
    .describe('A delivery that no worker has taken from the queue within this time is queued again.'),
  leaseGrace: number(1, 600)
    .default(10)
    .describe('A worker keeps a delivery for its timeout plus this time. After that, another worker may take it.'),
  dueScanInterval: number(0.05, 60).default(1).describe('Interval between scans for due deliveries in each worker.'),
  summingInterval: number(0.05, 60)
    .default(5)
    .describe('Interval between looks for history to sum up for statistics in each worker. It varies by half.'),
  queueHighWater: wholeNumber(1, 1_000_000)
    .default(200)
    .describe('While more jobs than this wait, no more are added. The due scan finds those deliveries.'),
  maxPayloadBytes: wholeNumber(1024, 16_777_216).default(1_048_576).describe('Maximum payload of an event, in bytes.'),
  maxIngestRequests: wholeNumber(1, 100_000)
    .default(1000)
    .describe(
      'Maximum publishing requests waiting for their commit in each API process, at most half of them for one ' +
        'tenant. Further requests get 503.',
    ),
  maxIngestBytes: wholeNumber(1024, 4_294_967_296)
    .default(67_108_864)
    .describe(
      'Maximum bytes of all bodies of publishing requests in each API process, at most half of them for one tenant. ' +
        'Must be at least twice MAX_PAYLOAD_BYTES.',
    ),
  maxConnections: wholeNumber(2, 1_000_000)
    .default(5000)
    .describe(
      'Maximum client connections to each port of each process, at most half of them from one IPv4 address or IPv6 ' +
        '/64, such as that of a proxy. Further connections are closed.',
    ),
  requestTimeout: wholeNumber(1, 600)
    .default(30)
    .describe(
      `Longest time for a request to arrive; its headers must arrive within ${LIMITS.headersSeconds} s. Also the ` +
        'longest time that a client may read nothing of a response.',
    ),
  maxEventsPerSecond: wholeNumber(0, LIMITS.eventsPerSecond)
    .default(0)
    .describe('Default limit of events that a tenant may publish per second, over all processes. 0 means no limit.'),
  maxSubscriptions: wholeNumber(0, LIMITS.subscriptions)
    .default(100_000)
    .describe('Default limit of subscriptions of a tenant.'),
  maxReplayEvents: wholeNumber(1, 10_000_000)
    .default(100_000)
    .describe('Maximum deliveries of one replay. A request that matches more is refused.'),
  replayRate: number(LIMITS.minReplayRate, LIMITS.replayRate)
    .default(100)
    .describe('Deliveries per second of a replay that names no rate. Must be at most MAX_REPLAY_RATE.'),
  maxReplayRate: number(LIMITS.minReplayRate, LIMITS.replayRate)
    .default(1000)
    .describe('Maximum deliveries per second of a replay.'),
  retentionDays: wholeNumber(1, 3650).default(30).describe('Days to keep events, deliveries and attempts.'),
  auditRetentionDays: wholeNumber(1, 3650).default(365).describe('Days to keep the audit log.'),
  disableAfterDays: number(0, 365)
    .default(5)
    .describe(
      'Days of nothing but failed attempts after which a subscription is disabled, if these are at least 20 in at ' +
        'least 12 different hours. 0 means never.',
    ),
  subscriptionCacheTtl: number(0, 60)
    .default(5)
    .describe('Lifetime of cached subscription look-ups while publishing. At most 1 s while Redis is unavailable.'),
  shutdownDrain: number(0, 300)
    .default(5)
    .describe(
      'Time between a SIGTERM and the end of listening. Until then, readiness fails, and requests are served, so that ' +
        'load balancers can turn away first. A process without the API does not wait. 0 in `npm start`.',
    ),
  shutdownTimeout: number(1, 600).default(30).describe('Longest wait for requests in flight at shutdown.'),
  allowedTargetCidrs: list(cidr)
    .default([])
    .describe('Address ranges that are allowed as targets although they are not public.'),
  allowedTargetHosts: list(
    text(
      'a list of host names such as hooks.internal or *.svc.internal, without ports, separated by commas',
      // A port would be taken for part of the name, which would then match nothing.
      (host) => isIP(host) !== 0 || /^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/.test(host),
    ),
  )
    .default([])
    .describe('Host names that are allowed as targets, whatever they resolve to.'),
  allowedTargetPorts: list(targetPort)
    .default([])
    .describe('Ports that targets may use. If not set, all ports except those of other protocols.'),
  requireHttps: flag().default(false).describe('Whether targets must use https.'),
  dnsServers: list(
    text(
      'a list of addresses such as 10.0.0.53 or [fd00::53]:5353, separated by commas',
      (server) => isIP(server) !== 0 || (SocketAddress.parse(server)?.port ?? 0) > 0,
    ),
  )
    .default([])
    .describe('Name servers that resolve the hosts of targets. Defaults to those of the operating system.'),
  egressProxyUrl: proxyUrl()
    .optional()
    .describe('HTTP proxy for deliveries. The service opens CONNECT tunnels to addresses that it has checked.'),
  encryptionKey: key()
    .optional()
    .describe('Key that encrypts stored secrets: 32 random bytes in base64 or hex. If it is lost, so are the secrets.'),
  encryptionKeys: list(key())
    .default([])
    .describe('Several keys, instead of ENCRYPTION_KEY. The first one encrypts; all of them decrypt.'),
  lostEncryptionKeys: list(
    text('a list of key ids of 8 hex digits, separated by commas', (id) => /^[0-9a-f]{8}$/.test(id)),
  )
    .default([])
    .describe(
      'Ids of keys that are lost for good, as a refused start names them. Deliveries that need them wait until their ' +
        'subscriptions get new secrets.',
    ),
});

/** Parsed settings, before conflicts between them are checked. */
export type Values = { readonly [Field in keyof typeof SETTINGS.shape]: z.infer<(typeof SETTINGS.shape)[Field]> };

/** Name of the environment variable: MAX_RETRIES for `maxRetries`. */
export function variableOf(field: string): string {
  return field.replace(/[A-Z]/g, '_$&').toUpperCase();
}
