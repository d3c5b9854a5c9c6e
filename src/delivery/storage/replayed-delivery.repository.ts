import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import type { Tx } from '../../shared/database/transaction.js';
import { eventUuidOf, lastUuidOf, type Uuid } from '../../shared/ids/uuid.js';
import { stateFrom } from '../../subscriptions/index.js';
import { STATE } from '../domain/delivery-state.js';
import type {
  NamedDelivery,
  NewReplayed,
  OpenedDelivery,
  ReplayMatch,
  ReplayReceiver,
  SettledDeliveries,
} from '../domain/replayed-delivery.js';

interface NamedRow {
  id: Uuid;
  event_id: Uuid;
  subscription_id: Uuid;
  created_at: Date | null;
  is_finished: boolean;
}

/** A step of looking for outcomes. */
interface SettleStep {
  readonly replayId: Uuid;
  /** The last delivery of the step before; null to begin. */
  readonly after: Uuid | null;
  readonly limit: number;
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** Deliveries that replays open, and what comes of them. */
@Injectable()
export class ReplayedDeliveryRepository {
  constructor(private readonly database: TenantDatabase) {}

  /** Reads deliveries that a client has named, without those that the tenant does not have. Served by primary keys. */
  async listNamed(tenantId: string, ids: readonly Uuid[]): Promise<NamedDelivery[]> {
    const { sorted, from, to } = bounded(ids);
    const columns = (d: string): string => `${d}.id, ${d}.event_id, ${d}.subscription_id, ${d}.created_at`;
    const rows = await this.database.query<NamedRow>(
      tenantId,
      `select ${columns('d')}, true as is_finished from deliveries d
       where d.tenant_id = $1 and d.id = any($2::uuid[]) and d.id >= $3 and d.id <= $4
       union all
       select ${columns('o')}, false from open_deliveries o where o.tenant_id = $1 and o.id = any($2::uuid[])`,
      [sorted, from, to],
    );
    return rows.map((row) => ({
      id: row.id,
      eventId: row.event_id,
      subscriptionId: row.subscription_id,
      createdAt: row.created_at,
      isFinished: row.is_finished,
    }));
  }

  /** Reads finished deliveries as matches, in order of id, without those that are gone. Served by the primary key. */
  async listMatches(tx: Tx, tenantId: string, ids: readonly Uuid[]): Promise<ReplayMatch[]> {
    const { sorted, from, to } = bounded(ids);
    const rows = await this.database.query<{ id: Uuid; event_id: Uuid; subscription_id: Uuid }>(
      tenantId,
      `select d.id, d.event_id, d.subscription_id from deliveries d
       where d.tenant_id = $1 and d.id = any($2::uuid[]) and d.id >= $3 and d.id <= $4 order by d.id`,
      [sorted, from, to],
      tx,
    );
    return rows.map(({ id, event_id: eventId, subscription_id: subscriptionId }) => {
      return { id, eventId, subscriptionId, formerId: id };
    });
  }

  /** Reads subscriptions, even deleted ones. Parked deliveries are found by open_deliveries_parked. */
  async listReceivers(tx: Tx, tenantId: string, ids: readonly Uuid[]): Promise<ReplayReceiver[]> {
    const rows = await this.database.query<{
      id: Uuid;
      state: number;
      disabled_reason: string | null;
      has_parked: boolean;
    }>(
      tenantId,
      `select s.id, s.state, s.disabled_reason, coalesce((select true from open_deliveries o
         where o.tenant_id = $1 is true and o.subscription_id = s.id and o.parked_at is not null limit 1), false) as has_parked
       from subscriptions s where s.tenant_id = $1 and s.id = any($2::uuid[])`,
      [ids],
      tx,
    );
    return rows.map((row) => ({
      id: row.id,
      state: stateFrom(row.state),
      disabledReason: row.disabled_reason,
      hasParked: row.has_parked,
    }));
  }

  /**
   * Whether the delivery that a replay opened `window` deliveries ago still waits for its first attempt, and is not
   * parked: then it waits for its receiver. Served by replayed_deliveries_unsettled and primary keys.
   */
  async isBehind(tx: Tx, tenantId: string, replayId: Uuid, window: number): Promise<boolean> {
    const rows = await this.database.query(
      tenantId,
      `select o.id from (
         select r.delivery_id from replayed_deliveries r
         where r.tenant_id = $1 and r.replay_id = $2 and r.outcome is null
         order by r.delivery_id desc offset $3 limit 1) earlier
       join lateral (select o.id from open_deliveries o
         where o.tenant_id = $1 and o.id = earlier.delivery_id and o.state = ${STATE.pending} and o.attempt_count = 0
           and o.parked_at is null limit 1) o on true`,
      [replayId, window],
      tx,
    );
    return rows.length > 0;
  }

  /** Which ids deliveries have already. */
  async listTaken(tx: Tx, tenantId: string, ids: readonly Uuid[]): Promise<Set<Uuid>> {
    const { sorted, from, to } = bounded(ids);
    const rows = await this.database.query<{ id: Uuid }>(
      tenantId,
      `select d.id from deliveries d where d.tenant_id = $1 and d.id = any($2::uuid[]) and d.id >= $3 and d.id <= $4
       union all
       select o.id from open_deliveries o where o.tenant_id = $1 and o.id = any($2::uuid[])`,
      [sorted, from, to],
      tx,
    );
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * Opens deliveries for a replay. They are due at once, for the due scan. An event that the replay has sent to the
   * subscription before is left out, and so is one that retention has dropped.
   *
   * @throws an error of PostgreSQL if an id has been taken meanwhile
   */
  async open(tx: Tx, tenantId: string, replayId: Uuid, repeats: readonly NewReplayed[]): Promise<OpenedDelivery[]> {
    const { from, to } = bounded(repeats.map(({ newId }) => newId));
    const rows = await this.database.query<{ id: Uuid; subscription_id: Uuid; retry_of: Uuid | null }>(
      tenantId,
      OPEN,
      [
        replayId,
        repeats.map(({ newId }) => newId),
        repeats.map(({ eventId }) => eventId),
        repeats.map(({ subscriptionId }) => subscriptionId),
        repeats.map(({ formerId }) => formerId),
        eventUuidOf(from),
        lastUuidOf(eventUuidOf(to)),
      ],
      tx,
    );
    return rows.map((row) => ({ id: row.id, subscriptionId: row.subscription_id, formerId: row.retry_of }));
  }

  /**
   * Looks for the outcomes of some deliveries, and keeps them. A delivery that is gone with its day counts as
   * cancelled: retention has cancelled it. One statement, so no delivery is on its way from one table to the other.
   */
  async settle(tx: Tx, tenantId: string, { replayId, after, limit }: SettleStep): Promise<SettledDeliveries> {
    const [row] = await this.database.query<SettledDeliveries & { looked: number; final: Uuid | null }>(
      tenantId,
      SETTLE,
      [replayId, after ?? BEFORE_ALL, limit],
      tx,
    );
    const { delivered = 0, failed = 0, cancelled = 0, looked = 0, final = null } = row ?? {};
    return { delivered, failed, cancelled, last: looked < limit ? null : final };
  }

  /** Whether an outcome is not known yet. */
  async hasUnsettled(tx: Tx, tenantId: string, replayId: Uuid): Promise<boolean> {
    const rows = await this.database.query(
      tenantId,
      `select r.delivery_id from replayed_deliveries r
       where r.tenant_id = $1 and r.replay_id = $2 and r.outcome is null limit 1`,
      [replayId],
      tx,
    );
    return rows.length > 0;
  }

  /** Reads the types of events. Served by the primary key. */
  async listTypes(tenantId: string, eventIds: readonly Uuid[]): Promise<Map<Uuid, string>> {
    const { sorted, from, to } = bounded(eventIds);
    const rows = await this.database.query<{ id: Uuid; event_type: string }>(
      tenantId,
      `select e.id, e.event_type from events e
       where e.tenant_id = $1 and e.id = any($2::uuid[]) and e.id >= $3 and e.id <= $4`,
      [sorted, from, to],
    );
    return new Map(rows.map((row) => [row.id, row.event_type]));
  }

  /** Forgets which deliveries a replay has opened. @returns how many were forgotten, at most `limit` */
  async forget(tx: Tx, tenantId: string, replayId: Uuid, limit: number): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      tenantId,
      `with gone as (
         delete from replayed_deliveries where tenant_id = $1 and delivery_id = any(array(
           select r.delivery_id from replayed_deliveries r where r.tenant_id = $1 and r.replay_id = $2
           order by r.delivery_id limit $3))
         returning delivery_id)
       select count(*)::int as count from gone`,
      [replayId, limit],
      tx,
    );
    return row?.count ?? 0;
  }
}

/** Ids in order, with the first and the last of them: these bounds spare the planner the partitions of other days. */
function bounded(ids: readonly Uuid[]): { sorted: Uuid[]; from: Uuid; to: Uuid } {
  const sorted = ids.toSorted();
  return { sorted, from: sorted[0] ?? BEFORE_ALL, to: sorted.at(-1) ?? BEFORE_ALL };
}

/**
 * $2 the replay; then for each delivery its new id, event, subscription and the delivery that it repeats, if any; $7
 * and $8 bounds of all ids. The rows that are read also keep their day from being dropped meanwhile.
 */
const OPEN = `with given as materialized (
      select * from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[]) g(id, event_id, subscription_id, former_id)),
    found as materialized (
      select g.id, d.event_id, d.subscription_id, d.tenant_id, d.id as retry_of, d.webhook_id
      from given g cross join lateral (
        select d.id, d.event_id, d.subscription_id, d.tenant_id, d.webhook_id from deliveries d
        where d.tenant_id = $1 and d.id = g.former_id and d.id >= $7::uuid and d.id <= $8::uuid limit 1) d
      union all
      select g.id, e.id, g.subscription_id, e.tenant_id, null::uuid, null::uuid
      from given g cross join lateral (
        select e.id, e.tenant_id from events e
        where e.tenant_id = $1 and e.id = g.event_id and e.id >= $7::uuid and e.id <= $8::uuid limit 1) e
      where g.former_id is null),
    linked as (
      insert into replayed_deliveries (delivery_id, replay_id, tenant_id, event_id, subscription_id)
      select id, $2::uuid, tenant_id, event_id, subscription_id from found
      on conflict (replay_id, event_id, subscription_id) do nothing
      returning delivery_id),
    opened as (
      insert into open_deliveries (id, event_id, subscription_id, tenant_id, next_attempt_at, retry_of, created_at,
        webhook_id)
      select id, event_id, subscription_id, tenant_id, now(), retry_of, now(), webhook_id
      from found where id = any(array(select delivery_id from linked))
      returning id, subscription_id, tenant_id, retry_of),
    counted as (
      insert into delivery_repeats (delivery_id, tenant_id) select id, tenant_id from opened)
    select id, subscription_id, retry_of from opened`;

/** $2 the replay, $3 the delivery after which to look, $4 how many deliveries to look at. */
const SETTLE = `with looked as materialized (
      select r.delivery_id from replayed_deliveries r
      where r.tenant_id = $1 and r.replay_id = $2 and r.outcome is null and r.delivery_id > $3::uuid
      order by r.delivery_id limit $4),
    ended as (
      update replayed_deliveries r set outcome = known.state
      from (
        select l.delivery_id, coalesce((select d.state from deliveries d
            where d.tenant_id = $1 is true and d.id = l.delivery_id limit 1), ${STATE.cancelled}) as state
        from looked l
        where not coalesce((select true from open_deliveries o
            where o.tenant_id = $1 is true and o.id = l.delivery_id limit 1), false)) known
      where r.tenant_id = $1 and r.delivery_id = known.delivery_id
      returning r.outcome)
    select count(*) filter (where outcome = ${STATE.delivered})::int as delivered,
      count(*) filter (where outcome = ${STATE.failed})::int as failed,
      count(*) filter (where outcome = ${STATE.cancelled})::int as cancelled,
      (select count(*)::int from looked) as looked,
      (select delivery_id from looked order by delivery_id desc limit 1) as final
    from ended`;
