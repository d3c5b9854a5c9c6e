import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { Failing } from '../domain/failing.js';
import type { HourOfAttempts } from '../domain/health.js';
import { FAILING_COLUMNS, failingOf, type FailingRow } from '../failing-rows.js';

/** Reads what reviews have stored. All statements are served by primary keys. */
@Injectable()
export class VitalsRepository {
  constructor(private readonly database: TenantDatabase) {}

  async failing(tx: Tx, tenantId: string, ids: readonly Uuid[]): Promise<Map<Uuid, Failing>> {
    const rows = await this.database.query<FailingRow>(
      tenantId,
      `select ${FAILING_COLUMNS} from failing_subscriptions where tenant_id = $1 and subscription_id = any($2::uuid[])`,
      [ids],
      tx,
    );
    return new Map(rows.map((row) => [row.id, failingOf(row)]));
  }

  /** Attempts by the hour, from `sinceHour` on. */
  async hours(tx: Tx, tenantId: string, ids: readonly Uuid[], sinceHour: number): Promise<Map<Uuid, HourOfAttempts[]>> {
    const rows = await this.database.query<HourOfAttempts & { id: Uuid }>(
      tenantId,
      `select subscription_id as id, hour, succeeded::float8 as succeeded, failed::float8 as failed
       from subscription_hours where tenant_id = $1 and subscription_id = any($2::uuid[]) and hour >= $3`,
      [ids, sinceHour],
      tx,
    );
    return Map.groupBy(rows, ({ id }) => id);
  }
}
