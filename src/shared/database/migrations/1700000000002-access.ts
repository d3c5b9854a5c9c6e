import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds API keys, tenants with their limits, the audit log, and the credentials that subscriptions send. */
export class Access1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit_log, api_keys, tenants');
    await runner.query('drop function refuse_audit_change');
    await runner.query('alter table subscriptions drop column auth');
  }
}

const STATEMENTS = [
  // A null limit defaults to the settings. The id of a deleted tenant is never reused.
  `create table tenants (
    id text primary key,
    name text,
    events_per_second int,
    burst int,
    max_subscriptions int,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz)`,
  `insert into tenants (id) select 'default' union select distinct tenant_id from subscriptions`,

  // A key without a tenant is valid for all tenants. Only the SHA-256 of the secret is stored.
  `create table api_keys (
    id uuid primary key,
    tenant_id text references tenants (id),
    role text not null,
    name text,
    secret_hash bytea not null,
    created_at timestamptz not null,
    created_by uuid,
    rotated_from uuid,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz)`,

  // No foreign keys, because entries outlive their targets. key_id is null for the service and callers without a key.
  `create table audit_log (
    id uuid primary key,
    tenant_id text,
    key_id uuid,
    actor text not null,
    action text not null,
    target text not null,
    changed text[] not null default '{}',
    address text,
    request_id text,
    created_at timestamptz not null)`,
  `create index audit_log_tenant on audit_log (tenant_id, id)`,
  // Entries can be inserted, and deleted by retention only; they can never be changed.
  `create function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and current_setting('webhooks.audit_retention', true) = 'on' then return null; end if;
      raise exception 'audit_log is append-only';
    end $$`,
  `create trigger audit_log_append_only before update or delete or truncate on audit_log
    for each statement execute function refuse_audit_change()`,

  `alter table subscriptions add column auth jsonb`,
];
