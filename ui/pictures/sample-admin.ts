import type {
  AuditAnswer,
  KeyAnswer,
  LedgerAnswer,
  LedgerEntry,
  ListedSessionAnswer,
  PortalSessionAnswer,
  SystemAnswer,
  TenantAnswer,
} from '../src/api/generated/index.ts';
import { ago, chance, DAY, HOUR, idOf, inMs, MINUTE, NOW, SUBSCRIPTIONS } from './sample-data.ts';

const tenant = (id: string, name: string | null, given: Partial<TenantAnswer> = {}): TenantAnswer => ({
  id,
  name,
  limits: { events_per_second: null, burst: null, subscriptions: 100_000 },
  frame_ancestors: [],
  created_at: ago(210 * DAY),
  updated_at: ago(20 * DAY),
  ...given,
});

export const TENANTS: readonly TenantAnswer[] = [
  tenant('acme', 'Acme Inc.', {
    limits: { events_per_second: 200, burst: 1000, subscriptions: 500 },
    frame_ancestors: ['https://app.acme.example', 'https://admin.acme.example'],
    created_at: ago(96 * DAY),
  }),
  tenant('default', null),
  tenant('globex', 'Globex Corporation', {
    limits: { events_per_second: 50, burst: 50, subscriptions: 100 },
    created_at: ago(61 * DAY),
  }),
  tenant('initech', 'Initech', {
    frame_ancestors: ['https://intranet.initech.example'],
    created_at: ago(12 * DAY),
  }),
  tenant('umbrella-eu', 'Umbrella, European branch', { created_at: ago(3 * DAY) }),
];

const key = (seed: number, name: string | null, given: Partial<KeyAnswer>): KeyAnswer => ({
  id: idOf('key', seed),
  role: 'publisher',
  tenant_id: 'acme',
  name,
  created_at: ago(40 * DAY),
  created_by: idOf('key', 1),
  rotated_from: null,
  expires_at: null,
  last_used_at: ago(MINUTE),
  ...given,
});

export const KEYS: readonly KeyAnswer[] = [
  key(6, 'shop backend', { rotated_from: idOf('key', 5), created_at: ago(4 * HOUR) }),
  key(5, 'shop backend', { expires_at: inMs(20 * HOUR), last_used_at: ago(11 * MINUTE) }),
  key(4, 'support desk', { role: 'manager', last_used_at: ago(3 * HOUR) }),
  key(3, 'warehouse reports', { role: 'reader', tenant_id: 'globex', last_used_at: ago(9 * DAY) }),
  key(2, null, { role: 'reader', tenant_id: 'initech', last_used_at: null, created_at: ago(2 * DAY) }),
  key(1, 'operations', { role: 'admin', tenant_id: null, created_by: null, created_at: ago(210 * DAY) }),
];

const session = (seed: number, keyAt: number, given: Partial<ListedSessionAnswer>): ListedSessionAnswer => {
  const { id, role, tenant_id: tenantId, name } = KEYS[keyAt]!;
  return {
    id: idOf('ses', seed),
    role,
    tenant_id: tenantId,
    key_id: id,
    key_name: name,
    address: '203.0.113.7',
    created_at: ago(3 * HOUR),
    last_used_at: ago(MINUTE),
    expires_at: inMs(29 * MINUTE),
    ...given,
  };
};

export const SESSIONS: readonly ListedSessionAnswer[] = [
  session(1, 5, {}),
  session(2, 2, { address: '198.51.100.23', created_at: ago(40 * MINUTE), last_used_at: ago(14 * MINUTE), expires_at: inMs(16 * MINUTE) }), // prettier-ignore
  session(3, 3, { address: '2001:db8::8a2e:370:7334', created_at: ago(7 * HOUR), last_used_at: ago(26 * MINUTE), expires_at: inMs(4 * MINUTE) }), // prettier-ignore
];

const portal = (seed: number, given: Partial<PortalSessionAnswer>): PortalSessionAnswer => ({
  id: idOf('pse', seed),
  tenant_id: 'acme',
  capabilities: ['subscriptions:read', 'subscriptions:write', 'secrets:read', 'deliveries:read', 'deliveries:retry'],
  subscription_ids: null,
  return_url: 'https://app.acme.example/settings',
  refresh_url: null,
  theme: null,
  expires_at: inMs(48 * MINUTE),
  actor: 'user-42',
  created_at: ago(12 * MINUTE),
  created_by: KEYS[0]!.id,
  exchanged_at: ago(12 * MINUTE),
  ...given,
});

export const PORTALS: readonly PortalSessionAnswer[] = [
  portal(1, { exchanged_at: null, created_at: ago(20_000), actor: 'user-1107', expires_at: inMs(HOUR) }),
  portal(2, {}),
  portal(3, {
    tenant_id: 'initech',
    actor: null,
    capabilities: ['subscriptions:read', 'deliveries:read'],
    subscription_ids: [SUBSCRIPTIONS[1]!.id, SUBSCRIPTIONS[2]!.id],
    created_at: ago(5 * HOUR),
    exchanged_at: ago(5 * HOUR),
    expires_at: inMs(3 * HOUR),
  }),
];

const entry = (seed: number, minutes: number, given: Partial<AuditAnswer>): AuditAnswer => ({
  id: idOf('aud', seed),
  action: 'subscription.changed',
  target: SUBSCRIPTIONS[seed % SUBSCRIPTIONS.length]!.id,
  changed: [],
  tenant_id: 'acme',
  actor: 'key',
  key_id: KEYS[2]!.id,
  session_id: null,
  session_actor: null,
  address: '203.0.113.7',
  request_id: '0198c1a2-7b3e-7000-8000-1f2e3d4c5b6a',
  created_at: ago(minutes * MINUTE),
  ...given,
});

export const AUDIT: readonly AuditAnswer[] = [
  entry(1, 2, { action: 'subscription.changed', changed: ['target_url', 'timeout', 'max_in_flight'], session_id: SESSIONS[1]!.id }), // prettier-ignore
  entry(2, 12, { action: 'portal_session.exchanged', target: PORTALS[1]!.id, actor: 'portal', key_id: null, session_id: PORTALS[1]!.id, session_actor: 'user-42', address: '198.51.100.80' }), // prettier-ignore
  entry(3, 12, { action: 'portal_session.created', target: PORTALS[1]!.id, changed: ['tenant_id', 'capabilities', 'return_url', 'actor'], key_id: KEYS[0]!.id }), // prettier-ignore
  entry(4, 51, { action: 'subscription.secret_read', session_id: SESSIONS[1]!.id }),
  entry(5, 96, { action: 'subscription.disabled', actor: 'service', key_id: null, address: null, request_id: null, changed: ['state', 'disabled_reason'] }), // prettier-ignore
  entry(6, 4 * 60, { action: 'key.rotated', target: KEYS[0]!.id, changed: ['overlap'], key_id: KEYS[5]!.id }),
  entry(7, 5 * 60, { action: 'replay.created', target: idOf('rpl', 3), changed: ['filter', 'rate'] }),
  entry(8, 26 * 60, { action: 'subscription.secret_rotated', changed: ['overlap'] }),
  entry(9, 3 * 24 * 60, { action: 'tenant.created', target: 'umbrella-eu', tenant_id: 'umbrella-eu', changed: ['id', 'name'], key_id: KEYS[5]!.id }), // prettier-ignore
];

function hourOf(daysAgo: number): LedgerEntry {
  const accepted = Math.round(1_300_000 + 420_000 * chance(daysAgo + 3));
  const failed = Math.round(accepted * 0.006 * chance(daysAgo + 9));
  const cancelled = Math.round(700 * chance(daysAgo + 17));
  const unfinished = daysAgo === 0 ? 64 : 0;
  return {
    hour: `${new Date(NOW - daysAgo * DAY).toISOString().slice(0, 10)}T08:00:00.000Z`,
    tenant_id: 'default',
    accepted,
    delivered: accepted - failed - cancelled - unfinished,
    failed,
    cancelled,
    unfinished,
    difference: 0,
  };
}

/** A ledger of so many days, or the answer to the question whether a day's sums agree with its history. */
export function ledgerFor(days: number, isVerified: boolean): LedgerAnswer {
  const data = Array.from({ length: days }, (_, daysAgo) => hourOf(daysAgo));
  const total = (name: 'accepted' | 'delivered' | 'failed' | 'cancelled' | 'unfinished'): number =>
    data.reduce((sum, each) => sum + each[name], 0);
  return {
    data: isVerified ? data.map((each) => ({ ...each, sums_agree: true })) : data,
    totals: {
      accepted: total('accepted'),
      delivered: total('delivered'),
      failed: total('failed'),
      cancelled: total('cancelled'),
      unfinished: total('unfinished'),
      difference: 0,
    },
    ...(isVerified && { sums_agree: true }),
  };
}

const process = (seed: number, role: string, host: string, hours: number, version = '0.2.0') => ({
  id: idOf('prc', seed),
  role,
  version,
  node_version: '24.9.0',
  host,
  pid: 17 + seed * 3,
  started_at: ago(hours * HOUR),
});

function dayOf(daysAgo: number): SystemAnswer['database']['days'][number] {
  const isAhead = daysAgo < 0;
  const events = isAhead ? null : Math.round((1_300_000 + 420_000 * chance(daysAgo + 3)) * (daysAgo === 0 ? 0.4 : 1));
  const size = (bytesEach: number): number => (events === null ? 24_576 : Math.round(events * bytesEach));
  const times = (factor: number): number | null => (events === null ? null : Math.round(events * factor));
  const tables = [
    { name: 'events', size_bytes: size(820), estimated_rows: events },
    { name: 'deliveries', size_bytes: size(410), estimated_rows: times(1.2) },
    { name: 'attempts', size_bytes: size(530), estimated_rows: times(1.24) },
    { name: 'event_tags', size_bytes: size(60), estimated_rows: times(0.3) },
  ];
  return {
    day: new Date(NOW - daysAgo * DAY).toISOString().slice(0, 10),
    size_bytes: tables.reduce((sum, { size_bytes: bytes }) => sum + bytes, 0),
    tables,
  };
}

const setting = (name: string, value: string | null, source: SystemAnswer['settings'][number]['source'], description: string) => ({ name, value, source, description }); // prettier-ignore

export const SYSTEM: SystemAnswer = {
  version: '0.2.0',
  schema: { version: 'Sessions1700000000090', applied: 22, pending: 0 },
  processes: [
    process(1, 'api', 'webhooks-api-7d9f6c-x2x4p', 26),
    process(2, 'api', 'webhooks-api-7d9f6c-8slqk', 26),
    process(3, 'worker', 'webhooks-worker-5b7c9-m4d2z', 26),
    process(4, 'worker', 'webhooks-worker-5b7c9-q77hn', 300, '0.1.9'),
  ],
  processes_complete: true,
  database: {
    version: '16.4',
    size_bytes: 61_480_000_000,
    started_at: ago(41 * DAY),
    connections: 63,
    max_connections: 200,
    days: Array.from({ length: 24 }, (_, index) => dayOf(index - 7)),
    tables: [
      { name: 'open_deliveries', size_bytes: 14_200_000, estimated_rows: 64 },
      { name: 'delivery_stats', size_bytes: 96_400_000, estimated_rows: 412_000 },
      { name: 'ledger_hours', size_bytes: 3_200_000, estimated_rows: 9_100 },
      { name: 'subscriptions', size_bytes: 1_900_000, estimated_rows: 1_284 },
      { name: 'audit_log', size_bytes: 41_000_000, estimated_rows: 88_400 },
      { name: 'api_keys', size_bytes: 98_304, estimated_rows: 41 },
      { name: 'sessions', size_bytes: 81_920, estimated_rows: null },
    ],
  },
  redis: { state: 'up', version: '7.2.4', used_bytes: 18_400_000, max_bytes: 2_147_483_648, servers: 1 },
  settings: [
    setting('NODE_ENV', 'production', 'environment', 'In production, the service refuses to start without an ENCRYPTION_KEY or with API_ACCESS=open.'), // prettier-ignore
    setting('DATABASE_URL', 'postgres://db.internal:5432/webhooks', 'environment', 'URL of PostgreSQL 15 or newer. If not set, `npm start` starts its own.'), // prettier-ignore
    setting('DATABASE_POOL_SIZE', '20', 'file', 'Maximum connections of each process for the API, and as many again for the delivery path.'), // prettier-ignore
    setting('REDIS_URL', 'redis://redis.internal:6379/0', 'environment', 'URL of Redis 7.0 or newer with maxmemory-policy noeviction. If not set, jobs stay in the memory of one process.'), // prettier-ignore
    setting('QUEUE_PREFIX', 'webhooks', 'default', 'Prefix of all Redis keys, so that several installations can share one Redis.'), // prettier-ignore
    setting('PUBLIC_URL', 'https://webhooks.example.com', 'file', 'URL at which browsers reach this service, for links to the portal.'), // prettier-ignore
    setting('MAX_RETRIES', '8', 'file', 'Maximum attempts of a delivery, including the first.'),
    setting('WEBHOOK_TIMEOUT', '15', 'default', 'Timeout of an attempt, from connecting to the end of the response.'),
    setting('EGRESS_PROXY_URL', null, 'default', 'HTTP proxy for deliveries. The service opens CONNECT tunnels to addresses that it has checked.'), // prettier-ignore
    setting('ENCRYPTION_KEY', '[redacted]', 'environment', 'Key that encrypts stored secrets: 32 random bytes in base64 or hex. If it is lost, so are the secrets.'), // prettier-ignore
  ],
};
