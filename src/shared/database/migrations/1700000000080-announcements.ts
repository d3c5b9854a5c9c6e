import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds what is announced until it is published as an operational event, and how much each tenant was told in the
 * present minute.
 *
 * An announcement is due at once; when it has been taken, it is due again when the lease of its taker ends. A held one
 * waits for the next minute: it stands for itself and for `omitted` others that exceeded the limit of its minute, and a
 * tenant has at most one.
 */
export class Announcements1700000000080 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table announcements, announced_minutes');
  }
}

const STATEMENTS = [
  `create table announcements (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null,
    event_type text not null,
    data jsonb not null,
    occurred_at timestamptz not null default now(),
    due_at timestamptz not null default now(),
    omitted bigint not null default 0,
    is_held boolean not null default false)
    with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)`,
  `create index announcements_due on announcements (due_at)`,
  `create unique index announcements_held on announcements (tenant_id) where is_held`,
  `create table announced_minutes (
    tenant_id text primary key,
    minute timestamptz not null,
    published int not null)`,
];
