import { Injectable } from '@nestjs/common';
import { finishedByHour, unfinishedByHour } from '../delivery/index.js';
import { acceptedByHour } from '../ingest/index.js';
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

/** $1 tenant, $2 and $3 bounds of the ids. One statement, so all counts are of the same moment. */
export const LEDGER = `with accepted as (${acceptedByHour}),
  finished as (${finishedByHour}),
  unfinished as (${unfinishedByHour})
  select (hour * 3600000)::float8 as hour_ms, $1::text as tenant_id, coalesce(accepted, 0)::float8 as accepted,
    coalesce(delivered, 0)::float8 as delivered, coalesce(failed, 0)::float8 as failed,
    coalesce(cancelled, 0)::float8 as cancelled, coalesce(unfinished, 0)::float8 as unfinished
  from accepted full join finished using (hour) full join unfinished using (hour)
  order by hour desc`;
