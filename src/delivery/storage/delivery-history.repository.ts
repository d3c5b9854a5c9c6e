import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import { eventUuidOf, lastUuidOf, type Uuid } from '../../shared/ids/uuid.js';

/** An open or finished delivery, with columns of its event and its subscription. */
export interface DeliveryRow {
  id: Uuid;
  event_id: Uuid;
  subscription_id: Uuid;
  state: number;
  attempt_count: number;
  /** `Infinity` while the delivery is parked; null once it is finished. */
  next_attempt_at: Date | number | null;
  last_status_code: number | null;
  last_error_code: string | null;
  last_error_message: string | null;
  finished_at: Date | null;
  retry_of: Uuid | null;
  /** Null if no replay has opened it. */
  replay_id: Uuid | null;
  /** Null for the id of the event. */
  webhook_id: Uuid | null;
  created_at: Date | null;
  event_type: string;
  /** Null for none. */
  tags: string[] | null;
  target_url: string;
  max_attempts: number | null;
}

export interface AttemptRow {
  number: number;
  started_at: Date;
  duration_ms: number | null;
  status_code: number | null;
  error_code: string | null;
  error_message: string | null;
  response_headers: string | null;
  response_body: Buffer | null;
  is_late: boolean;
  /** Null in rows of earlier versions and of abandoned attempts; see `exchange-record.ts`. */
  exchange: Buffer | null;
}

/** Some deliveries of an event. */
export interface PartOfEvent {
  readonly eventId: Uuid;
  readonly limit: number;
  /** The last delivery of the part before; null for the first part. */
  readonly after: Uuid | null;
  /** Only those to these subscriptions; null for all. */
  readonly within: readonly Uuid[] | null;
}

/** Reads open and finished deliveries, and their attempts. */
@Injectable()
export class DeliveryHistoryRepository {
  constructor(private readonly database: TenantDatabase) {}

  async findById(tenantId: string, id: Uuid): Promise<DeliveryRow | null> {
    const [row] = await this.list(tenantId, [id]);
    return row ?? null;
  }

  /** Reads deliveries, newest first, without those that do not exist. */
  list(tenantId: string, ids: readonly Uuid[]): Promise<DeliveryRow[]> {
    const { text, values } = selectDeliveries(ids);
    return this.database.query<DeliveryRow>(tenantId, text, values);
  }

  /** Lists deliveries of an event, newest first, and one more than the limit if more follow. Served by primary keys. */
  listOfEvent(tenantId: string, { eventId, limit, after, within }: PartOfEvent): Promise<DeliveryRow[]> {
    return this.database.search(tenantId, async (session) => {
      const bounds = [eventId, lastUuidOf(eventId), after, limit + 1, within];
      const found = await session.query<{ id: Uuid }>(IDS_OF_EVENT, bounds);
      if (found.length === 0) return [];
      const { text, values } = selectDeliveries(found.map(({ id }) => id));
      return session.query<DeliveryRow>(text, values);
    });
  }

  /** Lists attempts, oldest first. Served by the primary key. */
  listAttempts(tenantId: string, deliveryId: Uuid): Promise<AttemptRow[]> {
    return this.database.query<AttemptRow>(
      tenantId,
      `select number, started_at, duration_ms, status_code, error_code, error_message, response_headers, response_body,
         is_late, exchange
       from attempts where tenant_id = $1 and delivery_id = $2 order by number`,
      [deliveryId],
    );
  }
}

const IDS_OF_EVENT = ['open_deliveries', 'deliveries']
  .map(
    (table) => `(select id from ${table} where tenant_id = $1 and id > $2 and id <= $3
      and ($4::uuid is null or id < $4) and ($6::uuid[] is null or subscription_id = any($6::uuid[])) order by id desc limit $5)`,
  )
  .join(' union all ')
  .concat(' order by id desc limit $5');

/**
 * Makes the statement that reads deliveries, newest first, by primary keys. The bounds $3 and $4 keep the planner from
 * looking at partitions of other days. Each limit of 1 keeps it from reading the events between the bounds first.
 */
export function selectDeliveries(ids: readonly Uuid[]): { text: string; values: readonly unknown[] } {
  const sorted = ids.toSorted();
  return { text: SELECT, values: [sorted, eventUuidOf(sorted[0] ?? ''), sorted.at(-1)] };
}

const SELECT = `select p.*, e.event_type, e.tags, s.target_url, s.max_attempts, r.replay_id,
    case when p.finished_at is null then a.status_code else p.finished_status_code end as last_status_code,
    case when p.finished_at is null then a.error_code else p.finished_error_code end as last_error_code,
    case when p.finished_at is null then a.error_message else p.finished_error_message end as last_error_message
  from (
    (select d.id, d.event_id, d.subscription_id, d.state, d.attempt_count, d.next_attempt_at, d.retry_of, d.webhook_id,
      d.created_at, null::timestamptz as finished_at, null::smallint as finished_status_code, null::text as finished_error_code,
      null::text as finished_error_message
    from open_deliveries d where d.tenant_id = $1 and d.id = any($2::uuid[]))
    union all
    (select d.id, d.event_id, d.subscription_id, d.state, d.attempt_count, null, d.retry_of, d.webhook_id, d.created_at,
      d.finished_at, d.last_status_code, d.last_error_code, d.last_error_message
    from deliveries d where d.tenant_id = $1 and d.id = any($2::uuid[]))) p
  cross join lateral (
    select e.event_type, e.tags from events e
    where e.id = p.event_id and e.tenant_id = $1 and e.id >= $3::uuid and e.id <= $4::uuid limit 1) e
  cross join lateral (
    select s.target_url, s.max_attempts from subscriptions s
    where s.id = p.subscription_id and s.tenant_id = $1 limit 1) s
  left join lateral (
    select a.status_code, a.error_code, a.error_message from attempts a
    where a.delivery_id = p.id and a.tenant_id = $1 and a.delivery_id >= $3::uuid and a.delivery_id <= $4::uuid
      and p.finished_at is null order by a.number desc limit 1) a on true
  left join lateral (
    select r.replay_id from replayed_deliveries r where r.delivery_id = p.id and r.tenant_id = $1 limit 1) r on true
  order by p.id desc`;
