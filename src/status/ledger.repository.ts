import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../shared/database/tenant-database.js';
import { firstUuidAt } from '../shared/ids/uuid.js';

/** Deliveries of the events of one hour. */
export interface LedgerRow {
  /** Milliseconds since the Unix epoch. */
  readonly hour_ms: number;
  readonly tenant_id: string;
  readonly accepted: number;
  readonly delivered: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly unfinished: number;
}

/** Reads the books: what was accepted, as the events say, and what became of it, as the deliveries say. */
@Injectable()
export class LedgerRepository {
  constructor(private readonly database: TenantDatabase) {}

  /** Newest hour first. One statement, so one snapshot: a delivery that finishes meanwhile is counted once. */
  list(tenantId: string, fromMs: number, toMs: number): Promise<LedgerRow[]> {
    return this.database.report(tenantId, LEDGER, [firstUuidAt(fromMs), firstUuidAt(toMs)]);
  }
}

const HOUR = `('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 3600000 as hour`;

/**
 * $1 tenant, $2 and $3 bounds of the ids. Ids begin with the time of the event, of deliveries too: only the partitions
 * of the days asked for are read.
 */
export const LEDGER = `with accepted as (
    select ${HOUR}, sum(delivery_count) as accepted from events
    where id >= $2 and id < $3 and tenant_id = $1 group by 1),
  finished as (
    select ${HOUR}, count(*) filter (where state = 2) as delivered, count(*) filter (where state = 3) as failed,
      count(*) filter (where state = 4) as cancelled
    from deliveries where id >= $2 and id < $3 and tenant_id = $1 group by 1),
  unfinished as (
    select ${HOUR}, count(*) as unfinished from open_deliveries
    where id >= $2 and id < $3 and tenant_id = $1 group by 1)
  select (hour * 3600000)::float8 as hour_ms, $1::text as tenant_id, coalesce(accepted, 0)::float8 as accepted,
    coalesce(delivered, 0)::float8 as delivered, coalesce(failed, 0)::float8 as failed,
    coalesce(cancelled, 0)::float8 as cancelled, coalesce(unfinished, 0)::float8 as unfinished
  from accepted full join finished using (hour) full join unfinished using (hour)
  order by hour desc`;
