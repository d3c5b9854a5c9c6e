import type { MigrationInterface, QueryRunner } from 'typeorm';
import { withShortLock } from './1700000000005-checked-states.js';

/** Adds what is known of the health of subscriptions, and of the lanes of each worker. */
class SubscriptionHealth implements MigrationInterface {
  readonly name = 'SubscriptionHealth1700000000070';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table busy_lanes, vitals_progress, subscription_hours, failing_subscriptions');
  }
}

const STATEMENTS = [
  // Subscriptions whose attempts have all failed since the last success. What counts towards disabling them is measured
  // in seconds that the service watched; it is null while nothing counts.
  `create table failing_subscriptions (
    subscription_id uuid primary key,
    tenant_id text not null,
    failing_since timestamptz not null,
    last_failed_at timestamptz not null,
    failures bigint not null,
    last_status_code smallint,
    last_error_code text,
    target_digest text not null,
    is_announced boolean not null,
    counted_from float8,
    counted_to float8,
    counted_failures bigint,
    counted_hours int,
    stage smallint not null default 0)`,

  // Attempts in each of the last hours since the Unix epoch.
  `create table subscription_hours (
    subscription_id uuid not null,
    hour int not null,
    tenant_id text not null,
    succeeded bigint not null,
    failed bigint not null,
    primary key (subscription_id, hour))
    with (fillfactor = 70)`,
  `create index subscription_hours_hour on subscription_hours (hour)`,

  // One row. Times are those of PostgreSQL.
  `create table vitals_progress (
    is_only boolean primary key default true check (is_only),
    reviewed_until timestamptz,
    watched_at timestamptz,
    watched_seconds float8 not null default 0,
    doubt_seconds float8)`,
  `insert into vitals_progress default values`,

  // What workers report every few seconds. Unlogged, because a crash makes it worthless.
  `create unlogged table busy_lanes (
    subscription_id uuid not null,
    process_id uuid not null,
    tenant_id text not null,
    width int not null,
    in_flight int not null,
    reported_at timestamptz not null default now(),
    primary key (subscription_id, process_id))`,
];

/** A column without a default changes only the catalogue. Rows of the previous version have null in it. */
function addedColumn(table: string, column: string, type: string, name: string): new () => MigrationInterface {
  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      await withShortLock(runner, `alter table ${table} add column ${column} ${type}`);
    }

    async down(runner: QueryRunner): Promise<void> {
      await runner.query(`alter table ${table} drop column ${column}`);
    }
  };
}

export const SUBSCRIPTION_HEALTH = [
  SubscriptionHealth,
  addedColumn('subscriptions', 'disabled_at', 'timestamptz', 'DisabledTimes1700000000071'),
  addedColumn('waiting_samples', 'parked', 'bigint', 'ParkedSamples1700000000072'),
];
