import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { REPORT_LIFE } from './statements/busy-lanes.js';

/** The lanes of a subscription in all workers. */
export interface LaneTotals {
  readonly workers: number;
  readonly width: number;
  readonly inFlight: number;
}

/** Reads what workers report of their lanes. */
@Injectable()
export class BusyLanesRepository {
  constructor(private readonly database: TenantDatabase) {}

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
