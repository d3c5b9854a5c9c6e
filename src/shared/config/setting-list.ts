import { isIP, SocketAddress } from 'node:net';
import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { isCidr } from '../net/cidr.js';
import {
  databaseUrl,
  flag,
  key,
  list,
  number,
  oneOf,
  proxyUrl,
  redisUrl,
  secret,
  text,
  wholeNumber,
} from './setting-kinds.js';

const cidr = text('a list of address ranges such as 10.1.0.0/16, separated by commas', isCidr);
const port = wholeNumber(0, 65_535);
const targetPort = text(
  'a list of ports from 1 to 65535, separated by commas',
  (given) => /^\d{1,5}$/.test(given) && Number(given) >= 1 && Number(given) <= 65_535,
).transform(Number);

/**
 * Every setting there is: what is accepted, the default, and the text for `.env.example`. Intervals are in seconds
 * unless the name says otherwise.
 */
export const SETTINGS = z.object({
  nodeEnv: oneOf('development', 'test', 'production')
    .default('development')
    .describe('In production the start is refused without API keys and without an ENCRYPTION_KEY.'),
  databaseUrl: databaseUrl()
    .optional()
    .describe('PostgreSQL 15 or newer. `npm start` brings its own when this is not set.'),
  databasePoolSize: wholeNumber(2, 500)
    .default(10)
    .describe('Connections for the REST API, and as many again for the delivery path, in each process.'),
  redisUrl: redisUrl()
    .optional()
    .describe('Redis 7.0 or newer with maxmemory-policy noeviction. Without it jobs stay inside one process.'),
  queueShards: wholeNumber(1, 64)
    .default(1)
    .describe('Queues to spread jobs over; a Redis Cluster puts them on different nodes. The same in every process.'),
  queueSilenceTimeout: wholeNumber(1, 3600)
    .default(60)
    .describe(
      'A worker that has capacity but takes no job for this long, while jobs wait, exits so that its supervisor ' +
        'restarts it.',
    ),
  queuePrefix: text('1 to 64 letters, digits, ":", "_" or "-"', (prefix) => /^[A-Za-z0-9:_-]{1,64}$/.test(prefix))
    .default('webhooks')
    .describe('Prefix of every Redis key, so that several installations can share one Redis.'),
  host: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 for all of IPv4, :: for all.'),
  port: port.default(8000).describe('Port to listen on; 0 takes a free one.'),
  adminPort: port
    .optional()
    .describe(
      'Port for /health and /metrics only; PORT then does not serve them. A worker process listens on no other.',
    ),
  trustedProxies: list(cidr)
    .default([])
    .describe('Address ranges of proxies before this service, whose X-Forwarded-For is believed in the audit log.'),
  corsOrigins: list(
    text('a list of origins such as https://console.example.com, separated by commas', (origin) => {
      const url = URL.parse(origin);
      return url?.origin === origin && /^https?:$/.test(url.protocol);
    }),
  )
    .default([])
    .describe('Origins whose pages may call the API from a browser; none unless set.'),
  apiAccess: oneOf('keys', 'open')
    .default('keys')
    .describe(
      'Who may call: holders of an API key, or everybody. "open" needs a HOST on this machine, and no production.',
    ),
  bootstrapApiKey: secret('an API key; make one with: npm run --silent make-key', (token) =>
    /^whk_[0-7][0-9a-hjkmnp-tv-z]{25}_[A-Za-z0-9_-]{43}$/.test(token),
  )
    .optional()
    .describe(
      'The first admin key for all tenants, added at the start unless it exists. Make it with: npm run --silent make-key',
    ),
  logLevel: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')
    .default('info')
    .describe('Least severe level that is logged.'),
  maxRetries: wholeNumber(1, LIMITS.attempts).default(5).describe('Attempts of a delivery, the first included.'),
  initialRetryInterval: number(LIMITS.minIntervalSeconds, LIMITS.initialIntervalSeconds)
    .default(10)
    .describe('Wait before the second attempt; it doubles with each further one.'),
  maxRetryInterval: number(LIMITS.minIntervalSeconds, LIMITS.maxIntervalSeconds)
    .default(3600)
    .describe('Longest wait between two attempts, even if a receiver asks for more with Retry-After.'),
  webhookTimeout: number(LIMITS.minTimeoutSeconds, LIMITS.timeoutSeconds)
    .default(15)
    .describe('Longest time an attempt may take, from connecting to the end of the response.'),
  workerConcurrency: wholeNumber(1, 10_000)
    .default(256)
    .describe(
      'Requests to receivers in flight at once, in each worker process. A tenant gets half of what others leave, ' +
        '7/8 while alone.',
    ),
  maxInFlight: wholeNumber(1, LIMITS.inFlight)
    .default(32)
    .describe('Requests to one subscription in flight at once in each worker process, unless the subscription says.'),
  visibilityTimeout: number(1, 3600)
    .default(25)
    .describe('A delivery that was handed to the queue and that no worker took by then is handed over again.'),
  leaseGrace: number(1, 600)
    .default(10)
    .describe('A delivery in flight belongs to its worker for its timeout plus this long; then another may take it.'),
  dueScanInterval: number(0.05, 60).default(1).describe('Interval between scans for due deliveries, in each worker.'),
  queueHighWater: wholeNumber(1, 1_000_000)
    .default(200)
    .describe('No job is added while more than this many wait; the due scan finds their deliveries.'),
  maxPayloadBytes: wholeNumber(1024, 16_777_216).default(1_048_576).describe('Largest payload of an event, in bytes.'),
  maxIngestRequests: wholeNumber(1, 100_000)
    .default(1000)
    .describe(
      'Publishing requests that may wait for their commit at once in each API process, half of them for one tenant; ' +
        'more are answered 503.',
    ),
  maxIngestBytes: wholeNumber(1024, 4_294_967_296)
    .default(67_108_864)
    .describe(
      'Bytes of all request bodies being received, half of them for one tenant; at least twice MAX_PAYLOAD_BYTES.',
    ),
  maxConnections: wholeNumber(2, 1_000_000)
    .default(5000)
    .describe(
      'Client connections to a port at once, half of them from one address (of IPv6, one /64), such as that of a ' +
        'proxy; more are closed.',
    ),
  requestTimeout: wholeNumber(1, 600)
    .default(30)
    .describe(
      `Longest time a request may take to arrive, its headers at most ${LIMITS.headersSeconds}; and the longest time a ` +
        'client may read nothing of a response that is ready.',
    ),
  maxEventsPerSecond: wholeNumber(0, LIMITS.eventsPerSecond)
    .default(0)
    .describe('Events a tenant may publish per second, over all processes, unless the tenant says; 0 is no limit.'),
  maxSubscriptions: wholeNumber(0, LIMITS.subscriptions)
    .default(100_000)
    .describe('Subscriptions a tenant may have, unless the tenant says.'),
  retentionDays: wholeNumber(1, 3650).default(30).describe('Days that events, deliveries and attempts are kept.'),
  auditRetentionDays: wholeNumber(1, 3650).default(365).describe('Days that the audit log is kept.'),
  subscriptionCacheTtl: number(0, 60)
    .default(5)
    .describe('Lifetime of a cached subscription look-up while publishing; at most 1 s while Redis is away.'),
  shutdownTimeout: number(1, 600).default(30).describe('Longest wait at shutdown for requests in flight.'),
  allowedTargetCidrs: list(cidr)
    .default([])
    .describe('Address ranges that targets may have although they are not public.'),
  allowedTargetHosts: list(
    text(
      'a list of host names such as hooks.internal or *.svc.internal, without ports, separated by commas',
      // A port would be taken for a part of the name, and allow nothing.
      (host) => isIP(host) !== 0 || /^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/.test(host),
    ),
  )
    .default([])
    .describe('Host names that targets may have whatever they resolve to.'),
  allowedTargetPorts: list(targetPort)
    .default([])
    .describe('The only ports that targets may use; if not set, all but those that belong to other protocols.'),
  requireHttps: flag().default(false).describe('Whether targets must begin with https://.'),
  dnsServers: list(
    text(
      'a list of addresses such as 10.0.0.53 or [fd00::53]:5353, separated by commas',
      (server) => isIP(server) !== 0 || (SocketAddress.parse(server)?.port ?? 0) > 0,
    ),
  )
    .default([])
    .describe('Name servers that know the hosts of targets; those of the operating system unless set.'),
  egressProxyUrl: proxyUrl()
    .optional()
    .describe('HTTP proxy for deliveries, used by CONNECT to addresses that this service has checked.'),
  encryptionKey: key()
    .optional()
    .describe(
      'Encrypts secrets at rest: 32 random bytes in base64 or hex. Keep it: without it, stored secrets are lost.',
    ),
  encryptionKeys: list(key())
    .default([])
    .describe('Instead of ENCRYPTION_KEY, several separated by commas: the first encrypts, the others still decrypt.'),
});

/** Each as it is read by itself. */
export type Values = { readonly [Field in keyof typeof SETTINGS.shape]: z.infer<(typeof SETTINGS.shape)[Field]> };

/** `maxRetries` is MAX_RETRIES in the environment. */
export function variableOf(field: string): string {
  return field.replace(/[A-Z]/g, '_$&').toUpperCase();
}
