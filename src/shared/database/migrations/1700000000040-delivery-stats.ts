import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds the tables into which the history is summed up, and the manual retries of each day. */
export class DeliveryStats1700000000040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
    // Clients may retry deliveries of any day that is still there.
    const days = (await runner.query(
      `select right(child.relname, 8) as day, pg_get_expr(child.relpartbound, child.oid) as bounds
       from pg_inherits join pg_class child on child.oid = inhrelid
       where inhparent = 'events'::regclass and child.relname ~ '^events_[0-9]{8}$'`,
    )) as { day: string; bounds: string }[];
    for (const { day, bounds } of days) {
      await runner.query(`create table delivery_repeats_${day} partition of delivery_repeats ${bounds}`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    // The previous version counts manual retries in their events.
    await runner.query(
      `update events set delivery_count = delivery_count + repeats.count
       from (select (left(delivery_id::text, 31) || '00000')::uuid as event_id, count(*) as count
         from delivery_repeats group by 1) repeats
       where events.id = repeats.event_id`,
    );
    await runner.query('drop table stats_progress, delivery_stats, ledger_hours, waiting_samples, delivery_repeats');
  }
}

const STATEMENTS = [
  // One row. Times are those of PostgreSQL.
  `create table stats_progress (
    is_only boolean primary key default true check (is_only),
    started_at timestamptz,
    closed_until timestamptz,
    fence_at timestamptz,
    fence_xid xid8,
    summed_from_hour int,
    sampled_at timestamptz,
    folded_until timestamptz,
    kept_from timestamptz)`,
  `insert into stats_progress default values`,

  // kind: 0 accepted, 1 attempt, 2 delivered, 3 failed, 4 cancelled. Rows without a subscription sum up all of them,
  // and those without an event type all types. durations is a histogram.
  `create table delivery_stats (
    at timestamptz not null,
    is_hour boolean not null,
    tenant_id text not null,
    subscription_id uuid,
    event_type text,
    kind smallint not null,
    status_code smallint,
    error_code text,
    count bigint not null,
    durations bytea)`,
  `create index delivery_stats_totals on delivery_stats (tenant_id, at) where subscription_id is null`,
  `create index delivery_stats_details on delivery_stats (tenant_id, at) where subscription_id is not null`,
  `create index delivery_stats_subscription on delivery_stats (subscription_id, at) where subscription_id is not null`,
  `create index delivery_stats_at on delivery_stats (at)`,

  // Hours since the Unix epoch in which events were accepted.
  `create table ledger_hours (
    tenant_id text not null,
    hour int not null,
    accepted bigint not null,
    delivered bigint not null,
    failed bigint not null,
    cancelled bigint not null,
    primary key (tenant_id, hour))`,

  // A row without a subscription sums up all of a tenant's.
  `create table waiting_samples (
    at timestamptz not null,
    is_hour boolean not null,
    tenant_id text not null,
    subscription_id uuid,
    waiting bigint not null,
    oldest_due_at timestamptz)`,
  `create index waiting_samples_tenant on waiting_samples (tenant_id, at)`,
  `create index waiting_samples_at on waiting_samples (at)`,

  // No primary key: for a retry by the previous version, the id is that of the event.
  `create table delivery_repeats (
    delivery_id uuid not null,
    tenant_id text not null,
    created_at timestamptz not null default now()) partition by range (delivery_id)`,
  `create index delivery_repeats_created on delivery_repeats (created_at)`,
];
