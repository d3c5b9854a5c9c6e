import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/index.js';
import { LiveModule } from '../live/index.js';
import { TargetsModule } from '../targets/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { EventReport } from './event-report.js';
import { EventWriter } from './event-writer.js';
import { Idempotency } from './idempotency.js';
import { EventHistory } from './event-history.js';
import { EventHistoryRepository } from './event-history.repository.js';
import { IdempotencyRetention } from './idempotency-retention.js';
import { IngestController } from './ingest.controller.js';
import { IngestRepository } from './ingest.repository.js';
import { IngestService } from './ingest.service.js';
import { TestEvents } from './test-events.js';
import { TestEventsController } from './test-events.controller.js';
import { WideEventRepository } from './wide-event.repository.js';
import { WideEventWriter } from './wide-event-writer.js';

@Module({
  imports: [SubscriptionsModule, DeliveryModule, LiveModule, TargetsModule],
  controllers: [IngestController, TestEventsController],
  providers: [
    EventHistory,
    EventHistoryRepository,
    EventReport,
    EventWriter,
    Idempotency,
    IdempotencyRetention,
    IngestRepository,
    IngestService,
    TestEvents,
    WideEventRepository,
    WideEventWriter,
  ],
  exports: [EventHistory],
})
export class IngestModule {}
