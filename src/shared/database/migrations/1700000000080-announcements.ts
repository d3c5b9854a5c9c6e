import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds what is announced until it is published as an operational event, and how many failures each tenant was told of
 * in a minute.
 *
 * States: 0 waiting; 1 held until the next minute, because its minute has as many as are published; 2 taken by a
 * process that publishes it. `due_at` is when it may be taken, in state 2 the end of that process's lease. A tenant has
 * at most one held announcement, which stands for `omitted` others beside itself.
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
    omitted int not null default 0,
    state smallint not null default 0,
    occurred_at timestamptz not null default now(),
    due_at timestamptz not null default now())
    with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)`,
  `create index announcements_due on announcements (due_at)`,
  `create unique index announcements_held on announcements (tenant_id) where state = 1`,
  `create table announced_minutes (
    tenant_id text primary key,
    minute timestamptz not null,
    published int not null)`,
];
