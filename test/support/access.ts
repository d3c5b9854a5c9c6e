import type { ApiClient } from './api-client.js';
import type { Role } from './documented-operations.js';
import type { TestDatabase } from './test-database.js';

export interface KeyInput {
  readonly role: Role;
  readonly tenant_id?: string | null;
  readonly name?: string;
  readonly expires_at?: string;
}

export interface KeyAnswer {
  readonly id: string;
  readonly role: Role;
  readonly tenant_id: string | null;
  readonly name: string | null;
  readonly created_by: string | null;
  readonly rotated_from: string | null;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
}

export interface CreatedKeyAnswer extends KeyAnswer {
  readonly key: string;
}

export function createKey(admin: ApiClient, body: KeyInput): Promise<CreatedKeyAnswer> {
  return admin.expect<CreatedKeyAnswer>(201, 'POST', '/keys', { body });
}

export async function createTenant(admin: ApiClient, id: string, limits: object = {}): Promise<void> {
  await admin.expect(201, 'POST', '/tenants', { body: { id, limits } });
}

/** Creates a key of a tenant, and returns a client that uses it. */
export async function clientOf(admin: ApiClient, tenantId: string, role: Role): Promise<ApiClient> {
  return admin.as((await createKey(admin, { role, tenant_id: tenantId })).key);
}

const TABLES = [
  'api_keys',
  'attempts',
  'audit_log',
  'deliveries',
  'event_tags',
  'events',
  'idempotency_keys',
  'open_deliveries',
  'replays',
  'portal_sessions',
  'sessions',
  'subscriptions',
  'tenants',
];

/** All stored rows in a comparable form, without the time at which a key was last used. */
export async function everythingStored(database: TestDatabase): Promise<Record<string, string[]>> {
  const rows = await database.query<{ name: string; row: string }>(
    TABLES.map((name) => `select '${name}' as name, (to_jsonb(t) - 'last_used_at')::text as row from ${name} t`).join(
      ' union all ',
    ),
  );
  const stored: Record<string, string[]> = {};
  for (const { name, row } of rows) (stored[name] ??= []).push(row);
  for (const each of Object.values(stored)) each.sort();
  return stored;
}
