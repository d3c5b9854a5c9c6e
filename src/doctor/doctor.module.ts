import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { DeliveryModule } from '../delivery/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { TargetsModule } from '../targets/index.js';
import { ReceiverChecks } from './receiver-checks.js';
import { ReceiverChecksController } from './receiver-checks.controller.js';

/** Checks receivers on request. */
@Module({
  imports: [AccessModule, SubscriptionsModule, DeliveryModule, TargetsModule],
  controllers: [ReceiverChecksController],
  providers: [ReceiverChecks],
})
export class DoctorModule {}
