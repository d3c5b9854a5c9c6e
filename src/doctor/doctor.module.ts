import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { DeliveryModule } from '../delivery/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { TargetsModule } from '../targets/index.js';
import { ReceiverChecks } from './receiver-checks.js';
import { ReceiverChecksController } from './receiver-checks.controller.js';
import { RedisServers } from './system/redis-servers.js';
import { SystemController } from './system/system.controller.js';
import { SystemService } from './system/system.service.js';

/** Checks receivers, and describes the installation, on request. */
@Module({
  imports: [AccessModule, SubscriptionsModule, DeliveryModule, TargetsModule],
  controllers: [ReceiverChecksController, SystemController],
  providers: [ReceiverChecks, RedisServers, SystemService],
})
export class DoctorModule {}
