import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withShortLock } from './1700000000005-checked-states.js';

/** Sessions of browsers and of portals. Only the SHA-256 of each secret is stored. */
class Sessions implements MigrationInterface {
  readonly name = 'Sessions1700000000090';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table portal_sessions, sessions');
  }
}

const STATEMENTS = [
  // The role and the tenant are those of the key.
  `create table sessions (
    id uuid primary key,
    key_id uuid not null references api_keys (id),
    secret_hash bytea not null,
    address text not null,
    created_at timestamptz not null,
    last_used_at timestamptz not null,
    expires_at timestamptz not null)`,
  `create index sessions_key on sessions (key_id, last_used_at)`,

  // token_hash is null until the code is exchanged. created_by is null while API_ACCESS is open.
  `create table portal_sessions (
    id uuid primary key,
    tenant_id text not null references tenants (id),
    capabilities text[] not null,
    subscription_ids uuid[],
    actor text,
    return_url text not null,
    refresh_url text,
    theme jsonb,
    code_hash bytea not null,
    code_expires_at timestamptz not null,
    token_hash bytea,
    exchanged_at timestamptz,
    created_at timestamptz not null,
    created_by uuid,
    expires_at timestamptz not null)`,
  // The condition is always met. It keeps the index from look-ups by id, which name no tenant.
  `create index portal_sessions_tenant on portal_sessions (tenant_id, id) where tenant_id is not null`,
];

/** A column without a default changes only the catalogue, and the previous version inserts null. */
function withColumns(table: string, columns: readonly (readonly [name: string, type: string])[], name: string) {
  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      const added = columns.map(([column, type]) => `add column ${column} ${type}`);
      await withShortLock(runner, `alter table ${table} ${added.join(', ')}`);
    }

    async down(runner: QueryRunner): Promise<void> {
      await runner.query(`alter table ${table} ${columns.map(([column]) => `drop column ${column}`).join(', ')}`);
    }
  };
}

export const SESSIONS: (new () => MigrationInterface)[] = [
  Sessions,
  // Through which session a change was made, and by whom, as the host of the portal says.
  withColumns(
    'audit_log',
    [
      ['session_id', 'uuid'],
      ['session_actor', 'text'],
    ],
    'SessionsInAuditLog1700000000091',
  ),
  // Null for none.
  withColumns('tenants', [['frame_ancestors', 'text[]']], 'FrameAncestors1700000000092'),
];
