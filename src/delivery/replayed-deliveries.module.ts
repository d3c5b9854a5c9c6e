import { Module } from '@nestjs/common';
import { LiveModule } from '../live/index.js';
import { ReplayedDeliveries } from './api/replayed-deliveries.js';
import { DeliveryReport } from './report/delivery-report.js';
import { DeliveryHistoryRepository } from './storage/delivery-history.repository.js';
import { HistorySearchRepository } from './storage/history-search.repository.js';
import { ReplaySearchRepository } from './storage/replay-search.repository.js';
import { ReplayedDeliveryRepository } from './storage/replayed-delivery.repository.js';

/** What replays do to deliveries, for the API and for workers. Has no routes. */
@Module({
  imports: [LiveModule],
  providers: [
    DeliveryHistoryRepository,
    DeliveryReport,
    HistorySearchRepository,
    ReplayedDeliveries,
    ReplayedDeliveryRepository,
    ReplaySearchRepository,
  ],
  exports: [ReplayedDeliveries],
})
export class ReplayedDeliveriesModule {}
