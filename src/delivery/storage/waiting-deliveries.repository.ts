import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { type WaitingDeliveries, waitingDeliveriesOf } from './statements/unfinished-deliveries.js';

/** Counts deliveries that wait. */
@Injectable()
export class WaitingDeliveriesRepository {
  constructor(private readonly database: TenantDatabase) {}

  async count(tx: Tx, tenantId: string, subscriptionId: Uuid): Promise<WaitingDeliveries> {
    const [row] = await this.database.query<WaitingDeliveries>(
      tenantId,
      waitingDeliveriesOf('$2'),
      [subscriptionId],
      tx,
    );
    return row ?? { waiting: 0, parked: 0 };
  }
}
