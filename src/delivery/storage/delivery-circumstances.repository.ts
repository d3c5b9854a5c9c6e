import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import { lastUuidOf, type Uuid } from '../../shared/ids/uuid.js';
import { STATE } from '../domain/delivery-state.js';
import type { DeliveryRow } from './delivery-history.repository.js';

/** What explains a delivery and its attempts, beside their own rows. */
export interface CircumstancesRow {
  id: Uuid;
  /** Of the subscription, at present. */
  subscription_state: number;
  /** Null unless the service disabled the subscription. */
  disabled_reason: string | null;
  /** Null for a finished delivery. */
  abandoned_count: number | null;
  /** Null unless it is in flight. */
  lease_until: Date | null;
  /** Of the event. */
  content_type: string;
  payload_bytes: number;
}

/** Reads what surrounds deliveries. Each method is served by primary keys. */
@Injectable()
export class DeliveryCircumstancesRepository {
  constructor(private readonly database: TenantDatabase) {}

  /** `limit 1` keeps the planner from joining whole tables, of which it often believes that they are small. */
  async list(
    tenantId: string,
    deliveries: readonly Pick<DeliveryRow, 'id' | 'event_id' | 'subscription_id'>[],
  ): Promise<Map<Uuid, CircumstancesRow>> {
    const rows = await this.database.query<CircumstancesRow>(
      tenantId,
      `select d.id, s.state as subscription_state, s.disabled_reason, o.abandoned_count, o.lease_until, e.content_type,
         octet_length(e.payload) as payload_bytes
       from unnest($2::uuid[], $3::uuid[], $4::uuid[]) d(id, event_id, subscription_id)
       join subscriptions s on s.tenant_id = $1 and s.id = d.subscription_id
       join lateral (
         select content_type, payload from events e where e.tenant_id = $1 and e.id = d.event_id limit 1) e on true
       left join lateral (
         select abandoned_count, case when o.state = ${STATE.inFlight} then o.lease_until end as lease_until
         from open_deliveries o where o.tenant_id = $1 and o.id = d.id limit 1) o on true`,
      [
        deliveries.map(({ id }) => id),
        deliveries.map((delivery) => delivery.event_id),
        deliveries.map((delivery) => delivery.subscription_id),
      ],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** Which of these subscriptions got a delivery of an event. May read all deliveries of the event. */
  async reached(tenantId: string, eventId: Uuid, subscriptionIds: readonly Uuid[]): Promise<Set<Uuid>> {
    const rows = await this.database.search(tenantId, (session) =>
      session.query<{ subscription_id: Uuid }>(
        `select subscription_id from open_deliveries
       where tenant_id = $1 and id > $2 and id <= $3 and subscription_id = any($4::uuid[])
       union
       select subscription_id from deliveries
       where tenant_id = $1 and id > $2 and id <= $3 and subscription_id = any($4::uuid[])`,
        [eventId, lastUuidOf(eventId), subscriptionIds],
      ),
    );
    return new Set(rows.map((row) => row.subscription_id));
  }

  /**
   * Counts the deliveries of events by what became of them. Reads all deliveries of the events: the caller bounds them.
   * One event is read at once and up to date, several as a search.
   *
   * @param subscriptionIds only deliveries to these; null for all
   */
  async outcomes(
    tenantId: string,
    eventIds: readonly Uuid[],
    subscriptionIds: readonly Uuid[] | null,
  ): Promise<Map<Uuid, Outcomes>> {
    const values = [eventIds, eventIds.map(lastUuidOf), subscriptionIds];
    const rows =
      eventIds.length === 1 && subscriptionIds === null
        ? await this.database.query<OutcomesRow>(tenantId, OUTCOMES, values)
        : await this.database.search(tenantId, (session) => session.query<OutcomesRow>(OUTCOMES, values));
    return new Map(rows.map(({ id, ...outcomes }) => [id, outcomes]));
  }
}

/** Deliveries of an event by what became of them. */
export interface Outcomes {
  readonly delivered: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Pending, in flight or waiting for a retry. */
  readonly unfinished: number;
}

type OutcomesRow = Outcomes & { readonly id: Uuid };

/** $2 and $3: the first and last id in the range of each event; $4: subscriptions, or null for all. By primary keys. */
const OUTCOMES = `
  select e.id, f.delivered, f.failed, f.cancelled,
    (select count(*)::int from open_deliveries o
     where o.tenant_id = $1 and o.id > e.id and o.id <= e.last
       and ($4::uuid[] is null or o.subscription_id = any($4::uuid[]))) as unfinished
  from unnest($2::uuid[], $3::uuid[]) e(id, last)
  cross join lateral (
    select (count(*) filter (where d.state = ${STATE.delivered}))::int as delivered,
      (count(*) filter (where d.state = ${STATE.failed}))::int as failed,
      (count(*) filter (where d.state = ${STATE.cancelled}))::int as cancelled
    from deliveries d
    where d.tenant_id = $1 and d.id > e.id and d.id <= e.last
      and ($4::uuid[] is null or d.subscription_id = any($4::uuid[]))) f`;
