import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Held, SubscriptionsService } from '../../subscriptions/index.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { BusyLanesRepository, type LaneTotals } from '../storage/busy-lanes.repository.js';
import {
  MAX_COUNTED,
  type WaitingDeliveries,
  WaitingDeliveriesRepository,
} from '../storage/waiting-deliveries.repository.js';

/** Tells what waits for subscriptions, and what workers do about it. */
@Injectable()
export class UnfinishedDeliveries implements OnModuleInit {
  constructor(
    private readonly subscriptions: SubscriptionsService,
    private readonly repository: WaitingDeliveriesRepository,
    private readonly busyLanes: BusyLanesRepository,
  ) {}

  onModuleInit(): void {
    this.subscriptions.onRevival(async (tx, tenantId, id): Promise<Held> => {
      const { waiting } = await this.repository.count(tx, tenantId, id);
      return { count: Math.min(waiting, MAX_COUNTED), hasMore: waiting > MAX_COUNTED };
    });
  }

  /** Each number is exact up to 10,000; a larger one says only that there are more. */
  count(tx: Tx, tenantId: string, subscriptionId: Uuid): Promise<WaitingDeliveries> {
    return this.repository.count(tx, tenantId, subscriptionId);
  }

  /** The lanes of each subscription that has one, as workers reported them in the last seconds. */
  lanes(tx: Tx, tenantId: string, subscriptionIds: readonly Uuid[]): Promise<Map<Uuid, LaneTotals>> {
    return this.busyLanes.totals(tx, tenantId, subscriptionIds);
  }
}
