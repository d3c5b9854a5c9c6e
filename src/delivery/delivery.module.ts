import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { DeliveryCommandRepository } from './delivery-command.repository.js';
import { DeliveryHistory } from './delivery-history.js';
import { DeliveryHistoryRepository } from './delivery-history.repository.js';
import { DeliveryWakeUps } from './delivery-wake-ups.js';
import { DeliveryController } from './delivery.controller.js';
import { DeliveryService } from './delivery.service.js';
import { WakeUpRepository } from './wake-up.repository.js';

/** The API side: history, retry, cancel, and wake-ups for the workers. */
@Module({
  imports: [AccessModule, SubscriptionsModule],
  controllers: [DeliveryController],
  providers: [
    DeliveryCommandRepository,
    DeliveryHistory,
    DeliveryHistoryRepository,
    DeliveryService,
    DeliveryWakeUps,
    WakeUpRepository,
  ],
  exports: [DeliveryHistory, DeliveryWakeUps],
})
export class DeliveryModule {}
