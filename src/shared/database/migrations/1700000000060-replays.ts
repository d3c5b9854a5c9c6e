import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds the replays, and which deliveries they have opened. Only new tables, so the previous version needs nothing. */
export class Replays1700000000060 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table replays, replayed_deliveries');
  }
}

const STATEMENTS = [
  // filters: as the client gave them. delivery_ids: those that it named, ordered. wanted_types: what the subscription
  // wanted when the replay was made. position: the first id that has not been looked at. settled_until: the last
  // delivery whose outcome was looked for. Times are those of PostgreSQL.
  `create table replays (
    id uuid primary key,
    tenant_id text not null,
    kind text not null check (kind in ('failed', 'status', 'selected', 'missing')),
    filters jsonb not null,
    subscription_id uuid,
    delivery_ids uuid[],
    wanted_types text[],
    state text not null default 'running' check (state in ('running', 'paused', 'finished', 'cancelled', 'failed')),
    rate float8 not null,
    matched int not null,
    sent int not null default 0,
    skipped int not null default 0,
    delivered int not null default 0,
    failed int not null default 0,
    cancelled int not null default 0,
    position uuid,
    settled_until uuid,
    key_id uuid,
    created_at timestamptz not null,
    send_at timestamptz not null default now(),
    due_at timestamptz not null default now(),
    pause_ms int not null default 0,
    held_by text,
    held_since timestamptz,
    last_error text,
    all_sent_at timestamptz,
    finished_at timestamptz,
    is_settled boolean not null default false)
    with (fillfactor = 70)`,
  `create index replays_tenant on replays (tenant_id, id)`,
  `create index replays_due on replays (due_at) where not is_settled`,
  `create index replays_finished on replays (finished_at) where is_settled`,

  // outcome: as the state of a finished delivery; null until it is known. At most one delivery of an event to a
  // subscription belongs to a replay.
  `create table replayed_deliveries (
    delivery_id uuid primary key,
    replay_id uuid not null,
    tenant_id text not null,
    event_id uuid not null,
    subscription_id uuid not null,
    outcome smallint)`,
  `create unique index replayed_deliveries_once on replayed_deliveries (replay_id, event_id, subscription_id)`,
  `create index replayed_deliveries_replay on replayed_deliveries (replay_id, delivery_id)`,
  `create index replayed_deliveries_unsettled on replayed_deliveries (replay_id, delivery_id) where outcome is null`,
];
