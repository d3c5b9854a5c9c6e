import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { DeliveryCommandRepository } from './storage/delivery-command.repository.js';
import { DeliveryHistory } from './api/delivery-history.js';
import { DeliveryHistoryRepository } from './storage/delivery-history.repository.js';
import { DeliveryWakeUps } from './queue/delivery-wake-ups.js';
import { DeletedSubscriptions } from './api/deleted-subscriptions.js';
import { DeliveryController } from './api/delivery.controller.js';
import { DeliveryService } from './api/delivery.service.js';
import { HistorySearch } from './api/history-search.js';
import { HistorySearchRepository } from './storage/history-search.repository.js';
import { WakeUpRepository } from './storage/wake-up.repository.js';

/** The API side: history, retry, cancel, and wake-ups for the workers. */
@Module({
  imports: [AccessModule, SubscriptionsModule],
  controllers: [DeliveryController],
  providers: [
    DeletedSubscriptions,
    DeliveryCommandRepository,
    DeliveryHistory,
    DeliveryHistoryRepository,
    DeliveryService,
    DeliveryWakeUps,
    HistorySearch,
    HistorySearchRepository,
    WakeUpRepository,
  ],
  exports: [DeliveryHistory, DeliveryWakeUps, HistorySearch],
})
export class DeliveryModule {}
