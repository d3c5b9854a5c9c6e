import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { EventWriter } from './event-writer.js';
import { Idempotency } from './idempotency.js';
import { IngestController } from './ingest.controller.js';
import { IngestRepository } from './ingest.repository.js';
import { IngestService } from './ingest.service.js';

@Module({
  imports: [SubscriptionsModule, DeliveryModule],
  controllers: [IngestController],
  providers: [EventWriter, Idempotency, IngestRepository, IngestService],
})
export class IngestModule {}
