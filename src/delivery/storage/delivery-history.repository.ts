import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import { firstUuidAt, lastUuidOf, type Uuid } from '../../shared/ids/uuid.js';
import { type DeliveryStatus, STATE } from '../domain/delivery-state.js';

/** Filter of a list of deliveries. Times refer to the event. */
export interface DeliveryFilter {
  readonly limit: number;
  readonly after?: Uuid;
  readonly subscriptionId?: Uuid;
  readonly eventId?: Uuid;
  readonly eventType?: string;
  readonly status?: DeliveryStatus;
  readonly since?: Date;
  readonly until?: Date;
}

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
  /** Null for the id of the event. */
  webhook_id: Uuid | null;
  created_at: Date | null;
  event_type: string;
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

/** Reads open and finished deliveries, and their attempts. */
@Injectable()
export class DeliveryHistoryRepository {
  constructor(private readonly database: TenantDatabase) {}

  async findById(tenantId: string, id: Uuid): Promise<DeliveryRow | null> {
    const rows = await this.database.query<DeliveryRow>(
      tenantId,
      select('d.tenant_id = $1 and d.id = $2', 'd.tenant_id = $1 and d.id = $2', '1'),
      [id],
    );
    return rows[0] ?? null;
  }

  /** Lists deliveries, newest first. Returns one more than the limit if another page follows. */
  list(tenantId: string, filter: DeliveryFilter): Promise<DeliveryRow[]> {
    const values: unknown[] = [];
    // $1 is the tenant.
    const given = (value: unknown): string => `$${values.push(value) + 1}`;
    const conditions = ['d.tenant_id = $1'];
    if (filter.after !== undefined) conditions.push(`d.id < ${given(filter.after)}`);
    if (filter.subscriptionId !== undefined) conditions.push(`d.subscription_id = ${given(filter.subscriptionId)}`);
    if (filter.since !== undefined) conditions.push(`d.id >= ${given(firstUuidAt(filter.since.getTime()))}`);
    if (filter.until !== undefined) conditions.push(`d.id < ${given(firstUuidAt(filter.until.getTime()))}`);
    if (filter.eventId !== undefined) {
      conditions.push(`d.id between ${given(filter.eventId)} and ${given(lastUuidOf(filter.eventId))}`);
    }
    if (filter.eventType !== undefined) {
      conditions.push(
        `exists (select 1 from events e
          where e.id = d.event_id and e.tenant_id = $1 and e.event_type = ${given(filter.eventType)})`,
      );
    }
    const [open, finished] = stateConditions(filter.status);
    const limit = given(filter.limit + 1);
    return this.database.search<DeliveryRow>(
      tenantId,
      select([...conditions, ...open].join(' and '), [...conditions, ...finished].join(' and '), limit),
      values,
    );
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

/** The conditions of a status on open deliveries and on finished ones. */
function stateConditions(status: DeliveryStatus | undefined): [open: string[], finished: string[]] {
  switch (status) {
    case undefined:
      return [[], []];
    case 'pending':
      return [[`d.state = ${STATE.pending} and d.attempt_count = 0`], ['false']];
    case 'retrying':
      return [[`d.state = ${STATE.pending} and d.attempt_count > 0`], ['false']];
    case 'in_flight':
      return [[`d.state = ${STATE.inFlight}`], ['false']];
    case 'delivered':
    case 'failed':
    case 'cancelled':
      // The second condition matches a partial index of unsuccessful deliveries.
      return [
        ['false'],
        [`d.state = ${STATE[status]}`, ...(status === 'delivered' ? [] : [`d.state > ${STATE.delivered}`])],
      ];
  }
}

/**
 * Each half of the union reads one table, newest first, along its primary key or deliveries_subscription, and stops
 * after one page. The event, the subscription and the last attempt are looked up only for the rows of that page.
 */
function select(openWhere: string, finishedWhere: string, limit: string): string {
  return `select p.*, e.event_type, s.target_url, s.max_attempts,
      case when p.finished_at is null then a.status_code else p.finished_status_code end as last_status_code,
      case when p.finished_at is null then a.error_code else p.finished_error_code end as last_error_code,
      case when p.finished_at is null then a.error_message else p.finished_error_message end as last_error_message
    from (
      (select d.id, d.event_id, d.subscription_id, d.state, d.attempt_count, d.next_attempt_at, d.retry_of, d.webhook_id,
        d.created_at,
        null::timestamptz as finished_at, null::smallint as finished_status_code, null::text as finished_error_code,
        null::text as finished_error_message
      from open_deliveries d where ${openWhere} order by d.id desc limit ${limit})
      union all
      (select d.id, d.event_id, d.subscription_id, d.state, d.attempt_count, null, d.retry_of, d.webhook_id, d.created_at,
        d.finished_at,
        d.last_status_code, d.last_error_code, d.last_error_message
      from deliveries d where ${finishedWhere} order by d.id desc limit ${limit})
      order by id desc limit ${limit}) p
    join events e on e.id = p.event_id and e.tenant_id = $1
    join subscriptions s on s.id = p.subscription_id and s.tenant_id = $1
    left join lateral (
      select a.status_code, a.error_code, a.error_message from attempts a
      where a.delivery_id = p.id and a.tenant_id = $1 and p.finished_at is null order by a.number desc limit 1) a on true
    order by p.id desc`;
}
