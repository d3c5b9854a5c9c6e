import { Module } from '@nestjs/common';
import { AnnouncementsModule } from '../announcements/index.js';
import { DeliveryModule } from '../delivery/index.js';
import { LiveModule } from '../live/index.js';
import { TargetsModule } from '../targets/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { AnnouncedEvents } from './announced/announced-events.js';
import { OperationalEvents } from './announced/operational-events.js';
import { OperationalPayloads } from './announced/operational-payloads.js';
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
  imports: [AnnouncementsModule, SubscriptionsModule, DeliveryModule, LiveModule, TargetsModule],
  controllers: [IngestController, TestEventsController],
  providers: [
    AnnouncedEvents,
    EventHistory,
    EventHistoryRepository,
    EventReport,
    EventWriter,
    Idempotency,
    IdempotencyRetention,
    IngestRepository,
    IngestService,
    OperationalEvents,
    OperationalPayloads,
    TestEvents,
    WideEventRepository,
    WideEventWriter,
  ],
  exports: [EventHistory],
})
export class IngestModule {}
