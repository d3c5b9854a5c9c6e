import { Injectable } from '@nestjs/common';
import { finishedByHour, unfinishedByHour } from '../delivery/index.js';
import { acceptedByHour } from '../ingest/index.js';
import { TenantDatabase } from '../shared/database/tenant-database.js';
import { firstUuidAt } from '../shared/ids/uuid.js';

/** Delivery counts of the events of one hour. */
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

/** Counts accepted deliveries from the events, and their outcomes from the deliveries. */
@Injectable()
export class LedgerRepository {
  constructor(private readonly database: TenantDatabase) {}

  /** Newest hour first. A delivery that finishes meanwhile is counted once, because one statement has one snapshot. */
  list(tenantId: string, fromMs: number, toMs: number): Promise<LedgerRow[]> {
    return this.database.report(tenantId, LEDGER, [firstUuidAt(fromMs), firstUuidAt(toMs)]);
  }
}

/** $1 tenant, $2 lower bound of ids (inclusive), $3 upper bound (exclusive). */
export const LEDGER = `with accepted as (${acceptedByHour}),
  finished as (${finishedByHour}),
  unfinished as (${unfinishedByHour})
  select (hour * 3600000)::float8 as hour_ms, $1::text as tenant_id, coalesce(accepted, 0)::float8 as accepted,
    coalesce(delivered, 0)::float8 as delivered, coalesce(failed, 0)::float8 as failed,
    coalesce(cancelled, 0)::float8 as cancelled, coalesce(unfinished, 0)::float8 as unfinished
  from accepted full join finished using (hour) full join unfinished using (hour)
  order by hour desc`;
