import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { BusyLane } from '../domain/busy-lane.js';

/** A report that is older was made by a process that has ended, or that hangs. */
const REPORT_LIFE = `interval '20 seconds'`;

/** The lanes of a subscription in all workers. */
export interface LaneTotals {
  readonly workers: number;
  readonly width: number;
  readonly inFlight: number;
}

/** What workers report of their lanes. The table has as many rows as lanes are busy. */
@Injectable()
export class BusyLanesRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly database: TenantDatabase,
  ) {}

  /**
   * Replaces the report of a process, and removes those of processes that have ended.
   *
   * @param gone subscriptions of its former report that are not in this one
   */
  async report(processId: Uuid, lanes: readonly BusyLane[], gone: readonly Uuid[]): Promise<void> {
    await this.dataSource.query(
      `with outdated as (
         delete from busy_lanes
         where process_id = $1 and subscription_id = any($2::uuid[]) or reported_at < now() - ${REPORT_LIFE} * 3
           and process_id <> $1)
       insert into busy_lanes (subscription_id, process_id, tenant_id, width, in_flight)
       select subscription_id, $1, tenant_id, width, in_flight
       from unnest($3::uuid[], $4::text[], $5::int[], $6::int[]) lane(subscription_id, tenant_id, width, in_flight)
       on conflict (subscription_id, process_id) do update
         set width = excluded.width, in_flight = excluded.in_flight, reported_at = excluded.reported_at`,
      [
        processId,
        gone,
        lanes.map(({ subscriptionId }) => subscriptionId),
        lanes.map(({ tenantId }) => tenantId),
        lanes.map(({ width }) => width),
        lanes.map(({ inFlight }) => inFlight),
      ],
    );
  }

  /** Sums up the lanes of each subscription that has one. Served by the primary key. */
  async totals(tx: Tx, tenantId: string, subscriptionIds: readonly Uuid[]): Promise<Map<Uuid, LaneTotals>> {
    const rows = await this.database.query<LaneTotals & { id: Uuid }>(
      tenantId,
      `select subscription_id as id, count(*)::int as workers, sum(width)::int as width, sum(in_flight)::int as "inFlight"
       from busy_lanes
       where tenant_id = $1 and subscription_id = any($2::uuid[]) and reported_at > now() - ${REPORT_LIFE}
       group by 1`,
      [subscriptionIds],
      tx,
    );
    return new Map(rows.map(({ id, ...totals }) => [id, totals]));
  }
}
