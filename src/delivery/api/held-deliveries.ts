import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Held, SubscriptionsService } from '../../subscriptions/index.js';
import { MAX_COUNTED } from '../storage/statements/unfinished-deliveries.js';
import { WaitingDeliveriesRepository } from '../storage/waiting-deliveries.repository.js';

/** Counts what was held for a subscription, in the transaction that revives it. */
@Injectable()
export class HeldDeliveries implements OnModuleInit {
  constructor(
    private readonly subscriptions: SubscriptionsService,
    private readonly repository: WaitingDeliveriesRepository,
  ) {}

  onModuleInit(): void {
    this.subscriptions.onRevival(async (tx, tenantId, id): Promise<Held> => {
      const { waiting } = await this.repository.count(tx, tenantId, id);
      return { count: Math.min(waiting, MAX_COUNTED), hasMore: waiting > MAX_COUNTED };
    });
  }
}
