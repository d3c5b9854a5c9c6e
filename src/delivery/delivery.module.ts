import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { LiveModule } from '../live/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { TargetsModule } from '../targets/index.js';
import { ReceiverProbes } from './attempt/http/receiver-probes.js';
import { DeliveryCommandRepository } from './storage/delivery-command.repository.js';
import { DeliveryExplanations } from './api/delivery-explanations.js';
import { DeliveryHistory } from './api/delivery-history.js';
import { DeliveryCircumstancesRepository } from './storage/delivery-circumstances.repository.js';
import { DeliveryHistoryRepository } from './storage/delivery-history.repository.js';
import { DeliveryWakeUps } from './queue/delivery-wake-ups.js';
import { DeletedSubscriptions } from './api/deleted-subscriptions.js';
import { DeliveryController } from './api/delivery.controller.js';
import { DeliveryReport } from './report/delivery-report.js';
import { DeliveryService } from './api/delivery.service.js';
import { FirstAttempts } from './api/first-attempts.js';
import { OpenDeliveryRepository } from './storage/open-delivery.repository.js';
import { HeldDeliveries } from './api/held-deliveries.js';
import { HistorySearch } from './api/history-search.js';
import { HistorySearchRepository } from './storage/history-search.repository.js';
import { WaitingDeliveriesRepository } from './storage/waiting-deliveries.repository.js';
import { WakeUpRepository } from './storage/wake-up.repository.js';

/** The API side: history, retry, cancel, wake-ups for the workers, and probes of receivers. */
@Module({
  imports: [AccessModule, LiveModule, SubscriptionsModule, TargetsModule],
  controllers: [DeliveryController],
  providers: [
    DeletedSubscriptions,
    DeliveryCircumstancesRepository,
    DeliveryCommandRepository,
    DeliveryExplanations,
    DeliveryHistory,
    DeliveryHistoryRepository,
    DeliveryReport,
    DeliveryService,
    DeliveryWakeUps,
    FirstAttempts,
    HeldDeliveries,
    HistorySearch,
    HistorySearchRepository,
    OpenDeliveryRepository,
    ReceiverProbes,
    WaitingDeliveriesRepository,
    WakeUpRepository,
  ],
  exports: [DeliveryExplanations, DeliveryHistory, DeliveryWakeUps, FirstAttempts, HistorySearch, ReceiverProbes],
})
export class DeliveryModule {}
