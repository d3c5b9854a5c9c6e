import { isIP, SocketAddress } from 'node:net';
import { LIMITS } from '../limits.js';
import { isCidr } from '../net/cidr.js';
import {
  databaseUrl,
  flag,
  key,
  keys,
  list,
  number,
  oneOf,
  optionalPort,
  ports,
  proxyUrl,
  redisUrl,
  secret,
  type Setting,
  text,
} from './setting.js';

/** Every setting there is. Intervals are in seconds unless the name says otherwise. */
export const SETTINGS = {
  nodeEnv: oneOf('NODE_ENV', {
    default: 'development',
    values: ['development', 'test', 'production'],
    doc: 'In production the start is refused without API keys and without an ENCRYPTION_KEY.',
  }),
  databaseUrl: databaseUrl('DATABASE_URL', {
    doc: 'PostgreSQL 15 or newer. `npm start` brings its own when this is not set.',
  }),
  databasePoolSize: number('DATABASE_POOL_SIZE', {
    default: 10,
    min: 2,
    max: 500,
    doc: 'Connections for the REST API, and as many again for the delivery path, in each process.',
  }),
  redisUrl: redisUrl('REDIS_URL', {
    doc: 'Redis 7.0 or newer with maxmemory-policy noeviction. Without it jobs stay inside one process.',
  }),
  queueShards: number('QUEUE_SHARDS', {
    default: 1,
    min: 1,
    max: 64,
    doc: 'Queues that jobs are spread over; in a Redis Cluster they fall on different nodes. The same in every process.',
  }),
  queueSilenceTimeout: number('QUEUE_SILENCE_TIMEOUT', {
    default: 60,
    min: 1,
    max: 3600,
    doc: 'A worker that takes no job for so long, although it could and jobs wait, ends, so that its supervisor starts it anew.',
  }),
  queuePrefix: text('QUEUE_PREFIX', {
    default: 'webhooks',
    pattern: /^[A-Za-z0-9:_-]{1,64}$/,
    hint: '1 to 64 letters, digits, ":", "_" or "-"',
    doc: 'Begins every Redis key, so that several installations can share one Redis.',
  }),
  host: text('HOST', { default: '127.0.0.1', doc: 'Address to listen on; 0.0.0.0 for all of IPv4, :: for all.' }),
  port: number('PORT', { default: 8000, min: 0, max: 65535, doc: 'Port to listen on; 0 takes a free one.' }),
  adminPort: optionalPort('ADMIN_PORT', {
    doc: 'Port for /health and /metrics alone, which PORT then does not serve. A worker process listens on no other.',
  }),
  trustedProxies: list('TRUSTED_PROXIES', {
    default: [],
    accepts: isCidr,
    hint: 'address ranges such as 10.1.0.0/16',
    doc: 'Address ranges of proxies before this service, whose X-Forwarded-For is believed in the audit log.',
  }),
  corsOrigins: list('CORS_ORIGINS', {
    default: [],
    accepts: (entry) =>
      URL.canParse(entry) && /^https?:$/.test(new URL(entry).protocol) && new URL(entry).origin === entry,
    hint: 'origins such as https://console.example.com',
    doc: 'Origins whose pages may call the API from a browser; none unless set.',
  }),
  apiAccess: oneOf('API_ACCESS', {
    default: 'keys',
    values: ['keys', 'open'],
    doc: 'Who may call: those who have an API key, or everybody. "open" needs a HOST on this machine, and no production.',
  }),
  bootstrapApiKey: secret('BOOTSTRAP_API_KEY', {
    pattern: /^whk_[0-7][0-9a-hjkmnp-tv-z]{25}_[A-Za-z0-9_-]{43}$/,
    hint: 'an API key; make one with: npm run --silent make-key',
    doc: 'An admin key for all tenants, added at the start if it is not there: the first one. Make it with: npm run --silent make-key',
  }),
  logLevel: oneOf('LOG_LEVEL', {
    default: 'info',
    values: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    doc: 'Least severe level that is logged.',
  }),
  maxRetries: number('MAX_RETRIES', {
    default: 5,
    min: 1,
    max: LIMITS.attempts,
    doc: 'Attempts of a delivery in all, the first included.',
  }),
  initialRetryInterval: number('INITIAL_RETRY_INTERVAL', {
    default: 10,
    min: LIMITS.minIntervalSeconds,
    max: LIMITS.initialIntervalSeconds,
    integer: false,
    doc: 'Wait before the second attempt; doubles with each further one.',
  }),
  maxRetryInterval: number('MAX_RETRY_INTERVAL', {
    default: 3600,
    min: LIMITS.minIntervalSeconds,
    max: LIMITS.maxIntervalSeconds,
    integer: false,
    doc: 'Longest wait between two attempts, also when a receiver asks for more by Retry-After.',
  }),
  webhookTimeout: number('WEBHOOK_TIMEOUT', {
    default: 15,
    min: LIMITS.minTimeoutSeconds,
    max: LIMITS.timeoutSeconds,
    integer: false,
    doc: 'Longest time one attempt may take, from connect to the end of the answer.',
  }),
  workerConcurrency: number('WORKER_CONCURRENCY', {
    default: 256,
    min: 1,
    max: 10_000,
    doc: 'Requests to receivers in flight at once, in each worker process. A tenant has half of those that others leave, 7/8 while alone.',
  }),
  maxInFlight: number('MAX_IN_FLIGHT', {
    default: 32,
    min: 1,
    max: LIMITS.inFlight,
    doc: 'Requests to one subscription in flight at once in each worker process, unless the subscription says.',
  }),
  visibilityTimeout: number('VISIBILITY_TIMEOUT', {
    default: 25,
    min: 1,
    max: 3600,
    integer: false,
    doc: 'A delivery that was handed to the queue and that no worker took by then is handed over again.',
  }),
  leaseGrace: number('LEASE_GRACE', {
    default: 10,
    min: 1,
    max: 600,
    integer: false,
    doc: 'A delivery in flight belongs to its worker for its timeout and this long; then another may take it.',
  }),
  dueScanInterval: number('DUE_SCAN_INTERVAL', {
    default: 1,
    min: 0.05,
    max: 60,
    integer: false,
    doc: 'How often each worker looks for deliveries that are due.',
  }),
  queueHighWater: number('QUEUE_HIGH_WATER', {
    default: 200,
    min: 1,
    max: 1_000_000,
    doc: 'No job is added while more than this many wait; their deliveries are found by the due scan.',
  }),
  maxPayloadBytes: number('MAX_PAYLOAD_BYTES', {
    default: 1_048_576,
    min: 1024,
    max: 16_777_216,
    doc: 'Largest payload of an event, in bytes.',
  }),
  maxIngestRequests: number('MAX_INGEST_REQUESTS', {
    default: 1000,
    min: 1,
    max: 100_000,
    doc: 'Publishing requests that wait for their commit at once, in each API process, half of them for one tenant; more are answered 503.',
  }),
  maxIngestBytes: number('MAX_INGEST_BYTES', {
    default: 67_108_864,
    min: 1024,
    max: 4_294_967_296,
    doc: 'Bytes of bodies on their way in together, half of them for one tenant; at least twice MAX_PAYLOAD_BYTES.',
  }),
  maxConnections: number('MAX_CONNECTIONS', {
    default: 5000,
    min: 2,
    max: 1_000_000,
    doc: 'Connections of clients to a port at once, half of them from one address (of IPv6, one /64), such as that of a proxy; more are closed.',
  }),
  requestTimeout: number('REQUEST_TIMEOUT', {
    default: 30,
    min: 1,
    max: 600,
    doc:
      `Longest time that a request may take to arrive, its headers alone at most ${LIMITS.headersSeconds}; and that a client ` +
      'may take nothing of an answer that is there.',
  }),
  maxEventsPerSecond: number('MAX_EVENTS_PER_SECOND', {
    default: 0,
    min: 0,
    max: LIMITS.eventsPerSecond,
    doc: 'Events that a tenant may publish a second, over all processes, unless the tenant says; 0 is no limit.',
  }),
  maxSubscriptions: number('MAX_SUBSCRIPTIONS', {
    default: 100_000,
    min: 0,
    max: LIMITS.subscriptions,
    doc: 'Subscriptions that a tenant may have, unless the tenant says.',
  }),
  retentionDays: number('RETENTION_DAYS', {
    default: 30,
    min: 1,
    max: 3650,
    doc: 'Days that events, deliveries and attempts are kept.',
  }),
  auditRetentionDays: number('AUDIT_RETENTION_DAYS', {
    default: 365,
    min: 1,
    max: 3650,
    doc: 'Days that the audit log is kept.',
  }),
  subscriptionCacheTtl: number('SUBSCRIPTION_CACHE_TTL', {
    default: 5,
    min: 0,
    max: 60,
    integer: false,
    doc: 'Longest life of a cached subscription look-up while publishing; at most 1 s while Redis is away.',
  }),
  shutdownTimeout: number('SHUTDOWN_TIMEOUT', {
    default: 30,
    min: 1,
    max: 600,
    integer: false,
    doc: 'Longest wait at shutdown for requests in flight.',
  }),
  allowedTargetCidrs: list('ALLOWED_TARGET_CIDRS', {
    default: [],
    accepts: isCidr,
    hint: 'address ranges such as 10.1.0.0/16',
    doc: 'Address ranges that targets may have although they are not public.',
  }),
  allowedTargetHosts: list('ALLOWED_TARGET_HOSTS', {
    default: [],
    // A port would be taken for a part of the name, and allow nothing.
    accepts: (entry) => isIP(entry) !== 0 || /^(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/.test(entry),
    hint: 'host names such as hooks.internal or *.svc.internal, without a port',
    doc: 'Host names that targets may have whatever they resolve to.',
  }),
  allowedTargetPorts: ports('ALLOWED_TARGET_PORTS', {
    doc: 'Ports that targets may use, and no others; when not set, all but those that belong to other protocols.',
  }),
  requireHttps: flag('REQUIRE_HTTPS', { default: false, doc: 'Whether targets must begin with https://.' }),
  dnsServers: list('DNS_SERVERS', {
    default: [],
    accepts: (entry) => isIP(entry) !== 0 || (SocketAddress.parse(entry)?.port ?? 0) > 0,
    hint: 'addresses such as 10.0.0.53 or [fd00::53]:5353',
    doc: 'Name servers that know the hosts of targets; those of the operating system unless set.',
  }),
  egressProxyUrl: proxyUrl('EGRESS_PROXY_URL', {
    doc: 'HTTP proxy that deliveries go through, by CONNECT to addresses that this service has judged.',
  }),
  encryptionKey: key('ENCRYPTION_KEY', {
    doc: 'Encrypts secrets at rest: 32 random bytes in base64 or hex. Keep it: without it, stored secrets are lost.',
  }),
  encryptionKeyRing: keys('ENCRYPTION_KEYS', {
    doc: 'In the place of ENCRYPTION_KEY, several separated by commas: the first encrypts, the others still decrypt.',
  }),
} satisfies Record<string, Setting<unknown>>;

/** What they are when each is read by itself. */
export type Values = { readonly [K in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[K]['parse']> };
