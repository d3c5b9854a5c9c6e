import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SubscriptionsService } from '../../subscriptions/index.js';
import { DeliveryReport } from '../report/delivery-report.js';
import { DeliveryCommandRepository } from '../storage/delivery-command.repository.js';

/** Cancels the open deliveries of a subscription in the transaction that deletes it. */
@Injectable()
export class DeletedSubscriptions implements OnModuleInit {
  constructor(
    private readonly subscriptions: SubscriptionsService,
    private readonly commands: DeliveryCommandRepository,
    private readonly report: DeliveryReport,
  ) {}

  onModuleInit(): void {
    this.subscriptions.onRemoval(async (tx, tenantId, subscriptionId) => {
      const cancelled = await this.commands.cancelAllOf(tx, tenantId, subscriptionId);
      return () => {
        this.report.subscriptionDeleted(cancelled.map((id) => ({ id, subscriptionId, tenantId })));
      };
    });
  }
}
