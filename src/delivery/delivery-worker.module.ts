import { Module } from '@nestjs/common';
import { TargetsModule } from '../shared/targets/targets.module.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { AttemptPipeline } from './attempt-pipeline.js';
import { AttemptWriter } from './attempt-writer.js';
import { AttemptRepository } from './attempt.repository.js';
import { Credentials } from './credentials.js';
import { DeliveryWorker } from './delivery-worker.js';
import { DeliveryRepository } from './delivery.repository.js';
import { DueScan } from './due-scan.js';
import { WebhookSender } from './http/webhook-sender.js';
import { DeliveryProcessor } from './queue/delivery.processor.js';
import { QueueWatchdog } from './queue/queue-watchdog.js';

/** The worker side: takes wake-ups and makes attempts. Serves nothing. */
@Module({
  imports: [SubscriptionsModule, TargetsModule],
  providers: [
    AttemptPipeline,
    AttemptRepository,
    AttemptWriter,
    Credentials,
    DeliveryProcessor,
    DeliveryRepository,
    DeliveryWorker,
    DueScan,
    QueueWatchdog,
    WebhookSender,
  ],
})
export class DeliveryWorkerModule {}
