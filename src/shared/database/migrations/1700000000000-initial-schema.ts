import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * States: subscriptions 0 active, 1 paused, 2 disabled, 3 deleted; open_deliveries 0 pending, 1 in flight;
 * deliveries 2 delivered, 3 failed, 4 cancelled.
 *
 * The partitioned tables have no partitions yet; `PartitionKeeper` creates them.
 */
export class InitialSchema1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table idempotency_keys, attempts, deliveries, open_deliveries, events, subscriptions');
  }
}

const STATEMENTS = [
  `create table subscriptions (
    id uuid primary key,
    tenant_id text not null,
    target_url text not null,
    event_types text[] not null,
    secrets jsonb not null,
    state smallint not null default 0,
    disabled_reason text,
    description text,
    headers jsonb not null default '{}',
    max_attempts smallint,
    initial_interval_ms int,
    max_interval_ms int,
    timeout_ms int,
    max_in_flight smallint,
    verify_ingest boolean not null default false,
    metadata jsonb not null default '{}',
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz)`,
  // For a tenant's list, newest first, and for finding the subscriptions that want an event type.
  `create index subscriptions_tenant on subscriptions (tenant_id, id) where deleted_at is null`,
  `create index subscriptions_event_types on subscriptions using gin (event_types) where deleted_at is null`,

  `create table events (
    id uuid primary key,
    tenant_id text not null,
    event_type text not null,
    content_type text not null,
    payload bytea not null) partition by range (id)`,

  // lease_until, state and attempt_count are in no index and no index predicate, so that a claim is a HOT update; half
  // of each page is left free for it. The table is small but changes constantly, so vacuum is triggered by row count.
  `create table open_deliveries (
    id uuid primary key,
    event_id uuid not null,
    subscription_id uuid not null,
    tenant_id text not null,
    state smallint not null default 0,
    attempt_count smallint not null default 0,
    abandoned_count smallint not null default 0,
    next_attempt_at timestamptz not null,
    lease_until timestamptz,
    parked_at timestamptz,
    retry_of uuid,
    created_at timestamptz)
    with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000)`,
  `create index open_deliveries_due on open_deliveries (next_attempt_at)`,
  `create index open_deliveries_parked on open_deliveries (subscription_id, parked_at) where parked_at is not null`,

  `create table deliveries (
    id uuid primary key,
    event_id uuid not null,
    subscription_id uuid not null,
    tenant_id text not null,
    state smallint not null,
    attempt_count smallint not null,
    last_status_code smallint,
    last_error_code text,
    last_error_message text,
    finished_at timestamptz not null,
    retry_of uuid,
    created_at timestamptz) partition by range (id)`,
  `create index deliveries_subscription on deliveries (subscription_id, id)`,
  // Failures and cancellations are rare, so a partial index costs almost nothing and makes them fast to list.
  `create index deliveries_unsuccessful on deliveries (id) where state > 2`,

  `create table attempts (
    delivery_id uuid not null,
    number smallint not null,
    tenant_id text not null,
    started_at timestamptz not null,
    duration_ms int,
    status_code smallint,
    error_code text,
    error_message text,
    response_headers text,
    response_body bytea,
    is_late boolean not null default false,
    primary key (delivery_id, number)) partition by range (delivery_id)`,

  `create table idempotency_keys (
    tenant_id text not null,
    key text not null,
    fingerprint bytea not null,
    event_id uuid not null,
    delivery_count int not null,
    expires_at timestamptz not null,
    primary key (tenant_id, key))`,
  `create index idempotency_keys_expires on idempotency_keys (expires_at)`,
];
