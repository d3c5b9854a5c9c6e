import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { STATE } from '../domain/delivery-state.js';

/** Counting stops here, which bounds the cost of the query. */
export const MAX_COUNTED = 10_000;

/** Deliveries of a subscription that are not finished, each number at most 10,001. */
export interface WaitingDeliveries {
  readonly waiting: number;
  /** Those of them that wait for the subscription or its receiver, not for a time. */
  readonly parked: number;
}

/** Counts unfinished deliveries. */
@Injectable()
export class WaitingDeliveriesRepository {
  constructor(private readonly database: TenantDatabase) {}

  /** Served by open_deliveries_subscription and open_deliveries_parked. */
  async count(tx: Tx, tenantId: string, subscriptionId: Uuid): Promise<WaitingDeliveries> {
    const [row] = await this.database.query<WaitingDeliveries>(
      tenantId,
      `select (select count(*)::int from (
           select from open_deliveries where tenant_id = $1 and subscription_id = $2 and state = ${STATE.pending}
           limit ${MAX_COUNTED + 1}) waiting) as waiting,
         (select count(*)::int from (
           select from open_deliveries where tenant_id = $1 and subscription_id = $2 and parked_at is not null
           limit ${MAX_COUNTED + 1}) parked) as parked`,
      [subscriptionId],
      tx,
    );
    return row ?? { waiting: 0, parked: 0 };
  }
}
