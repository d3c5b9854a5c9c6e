import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/index.js';
import { IngestModule } from '../ingest/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { ExplainController } from './explain.controller.js';
import { ExplainService } from './explain.service.js';
import { LedgerController } from './ledger.controller.js';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerService } from './ledger.service.js';
import { StatusController } from './status.controller.js';
import { StatusService } from './status.service.js';

@Module({
  imports: [DeliveryModule, IngestModule, SubscriptionsModule],
  controllers: [StatusController, ExplainController, LedgerController],
  providers: [ExplainService, StatusService, LedgerRepository, LedgerService],
})
export class StatusModule {}
