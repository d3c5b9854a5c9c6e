import { Injectable } from '@nestjs/common';
import type { ReplayFields } from '../delivery/index.js';
import { ADVISORY_LOCKS, TENANT_LOCKS } from '../shared/database/advisory-locks.js';
import { TenantDatabase } from '../shared/database/tenant-database.js';
import type { Tx } from '../shared/database/transaction.js';
import type { Uuid } from '../shared/ids/uuid.js';
import { batchMs } from './domain/pace.js';
import type { Hold, Replay, ReplayKind, ReplayOrder, ReplayState } from './domain/replay.js';

interface ReplayRow {
  id: Uuid;
  tenant_id: string;
  kind: ReplayKind;
  filters: ReplayFields;
  subscription_id: Uuid | null;
  delivery_ids: Uuid[] | null;
  wanted_types: string[] | null;
  state: ReplayState;
  rate: number;
  matched: number;
  sent: number;
  skipped: number;
  delivered: number;
  failed: number;
  cancelled: number;
  position: Uuid | null;
  settled_until: Uuid | null;
  key_id: Uuid | null;
  created_at: Date;
  send_at: Date;
  pause_ms: number;
  held_by: Hold | null;
  held_since: Date | null;
  last_error: string | null;
  all_sent_at: Date | null;
  finished_at: Date | null;
  is_settled: boolean;
}

/** A replay that is to be made. */
interface NewReplay extends ReplayOrder {
  readonly id: Uuid;
  readonly matched: number;
  readonly keyId: Uuid | null;
}

/** Which replays to list. */
interface ReplayList {
  readonly limit: number;
  readonly after: Uuid | null;
  readonly state: ReplayState | null;
  readonly subscriptionId: Uuid | null;
}

/** What a client may change. */
interface ReplayChanges {
  readonly state: ReplayState;
  readonly rate: number;
}

/** Replays of a tenant. */
@Injectable()
export class ReplayRepository {
  constructor(private readonly database: TenantDatabase) {}

  /** Waits until no other replay is being made, so that those that exist can be counted. */
  async lockCreation(tx: Tx): Promise<void> {
    await tx.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.newReplay]);
  }

  /** Counts replays that have not sent everything. */
  async countUnsent(tx: Tx, tenantId: string): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      tenantId,
      `select count(*)::int as count from replays
       where tenant_id = $1 and not is_settled and state in ('running', 'paused') and all_sent_at is null`,
      [],
      tx,
    );
    return row?.count ?? 0;
  }

  async insert(tx: Tx, tenantId: string, replay: NewReplay): Promise<Replay> {
    const rows = await this.database.query<ReplayRow>(
      tenantId,
      `insert into replays (tenant_id, id, kind, filters, subscription_id, delivery_ids, wanted_types, rate, matched,
         key_id, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning *`,
      [
        replay.id,
        replay.kind,
        JSON.stringify(replay.filters),
        replay.subscriptionId,
        replay.deliveryIds,
        replay.wantedTypes,
        replay.rate,
        replay.matched,
        replay.keyId,
        replay.createdAt,
      ],
      tx,
    );
    return toReplay(rows[0]);
  }

  async find(tenantId: string, id: Uuid): Promise<Replay | null> {
    const rows = await this.database.query<ReplayRow>(
      tenantId,
      'select * from replays where tenant_id = $1 and id = $2',
      [id],
    );
    return rows[0] === undefined ? null : toReplay(rows[0]);
  }

  /** Lists replays, newest first, and one more than the limit if another page follows. Served by replays_tenant. */
  async list(tenantId: string, { limit, after, state, subscriptionId }: ReplayList): Promise<Replay[]> {
    const rows = await this.database.query<ReplayRow>(
      tenantId,
      `select * from replays where tenant_id = $1 and ($2::uuid is null or id < $2) and ($3::text is null or state = $3)
         and ($4::uuid is null or subscription_id = $4) order by id desc limit $5`,
      [after, state, subscriptionId, limit + 1],
    );
    return rows.map(toReplay);
  }

  /** Reads a replay and locks it until the transaction ends. A step of it comes first, or waits. */
  async lock(tx: Tx, tenantId: string, id: Uuid): Promise<Replay | null> {
    const rows = await this.database.query<ReplayRow>(
      tenantId,
      'select * from replays where tenant_id = $1 and id = $2 for update',
      [id],
      tx,
    );
    return rows[0] === undefined ? null : toReplay(rows[0]);
  }

  /**
   * Changes a replay, and lets a worker look at it at once. It does not send sooner than the rates allow, however often
   * it is changed.
   */
  async change(tx: Tx, { tenantId, id }: Pick<Replay, 'tenantId' | 'id'>, changes: ReplayChanges): Promise<Replay> {
    const rows = await this.database.query<ReplayRow>(
      tenantId,
      `with changed as (
         update replays set state = $3, rate = $4, due_at = now(), pause_ms = 0,
           send_at = greatest(now(), case when rate = $4 then send_at
             else least(send_at, now() + $5::float8 * interval '1 millisecond') end),
           held_by = case when state = $3 then held_by end,
           held_since = case when state = $3 then held_since end,
           finished_at = case when $3 in ('running', 'paused') then null else now() end
         where tenant_id = $1 and id = $2 returning *)
       select * from changed`,
      [id, changes.state, changes.rate, batchMs(changes.rate)],
      tx,
    );
    return toReplay(rows[0]);
  }

  /**
   * Takes the right to make a step of a tenant's replay until the transaction ends. Two steps at the same time would
   * not see each other's deliveries, so replays of the same failures would both send them.
   *
   * @returns whether no other worker makes a step for the tenant
   */
  async takeTurn(tx: Tx, tenantId: string): Promise<boolean> {
    const [row] = await this.database.query<{ taken: boolean }>(
      tenantId,
      `select pg_try_advisory_xact_lock(${TENANT_LOCKS.replayStep}, hashtext($1)) as taken`,
      [],
      tx,
    );
    return row?.taken ?? false;
  }

  /**
   * Takes a replay for a step, unless another worker has taken it or it is not due. Whoever holds the lock makes the
   * step; if it dies, PostgreSQL gives the lock back.
   */
  async take(tx: Tx, tenantId: string, id: Uuid): Promise<{ readonly replay: Replay; readonly now: Date } | null> {
    const [row] = await this.database.query<ReplayRow & { now: Date }>(
      tenantId,
      `select *, now() as now from replays
       where tenant_id = $1 and id = $2 and not is_settled and due_at <= now() for update skip locked`,
      [id],
      tx,
    );
    return row === undefined ? null : { replay: toReplay(row), now: row.now };
  }

  /** Keeps what a step has done. */
  async save(tx: Tx, replay: Replay, dueAt: Date): Promise<void> {
    await this.database.query(
      replay.tenantId,
      `update replays set state = $3, matched = $4, sent = $5, skipped = $6, delivered = $7, failed = $8, cancelled = $9,
         position = $10, settled_until = $11, send_at = $12, due_at = $13, pause_ms = $14, held_by = $15,
         held_since = $16, last_error = $17, all_sent_at = $18, finished_at = $19, is_settled = $20
       where tenant_id = $1 and id = $2`,
      [
        replay.id,
        replay.state,
        replay.matched,
        replay.sent,
        replay.skipped,
        replay.delivered,
        replay.failed,
        replay.cancelled,
        replay.position,
        replay.settledUntil,
        replay.sendAt,
        dueAt,
        replay.pauseMs,
        replay.heldBy,
        replay.heldSince,
        replay.lastError,
        replay.allSentAt,
        replay.finishedAt,
        replay.isSettled,
      ],
      tx,
    );
  }

  /** Puts the next step off after one that failed. Why some were skipped, or the replay ended, stays its last error. */
  async postpone(tenantId: string, id: Uuid, { seconds, error }: { seconds: number; error: string }): Promise<void> {
    await this.database.query(
      tenantId,
      `update replays set due_at = now() + $3::float8 * interval '1 second',
         last_error = case when skipped = 0 and state in ('running', 'paused') then $4 else last_error end
       where tenant_id = $1 and id = $2 and not is_settled`,
      [id, seconds, error],
    );
  }

  async remove(tx: Tx, tenantId: string, id: Uuid): Promise<void> {
    await this.database.query(tenantId, 'delete from replays where tenant_id = $1 and id = $2', [id], tx);
  }
}

function toReplay(row: ReplayRow | undefined): Replay {
  if (row === undefined) throw new Error('The statement returned no replay');
  return {
    id: row.id,
    tenantId: row.tenant_id,
    kind: row.kind,
    filters: row.filters,
    subscriptionId: row.subscription_id,
    deliveryIds: row.delivery_ids,
    wantedTypes: row.wanted_types,
    state: row.state,
    rate: row.rate,
    matched: row.matched,
    sent: row.sent,
    skipped: row.skipped,
    delivered: row.delivered,
    failed: row.failed,
    cancelled: row.cancelled,
    position: row.position,
    settledUntil: row.settled_until,
    keyId: row.key_id,
    createdAt: row.created_at,
    sendAt: row.send_at,
    pauseMs: row.pause_ms,
    heldBy: row.held_by,
    heldSince: row.held_since,
    lastError: row.last_error,
    allSentAt: row.all_sent_at,
    finishedAt: row.finished_at,
    isSettled: row.is_settled,
  };
}
