import { Module } from '@nestjs/common';
import { TargetsModule } from '../targets/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { AttemptPipeline } from './attempt/attempt-pipeline.js';
import { AttemptWriter } from './attempt/attempt-writer.js';
import { AttemptRepository } from './storage/attempt.repository.js';
import { Credentials } from './attempt/credentials.js';
import { DeliveryWorker } from './engine/dispatcher.js';
import { DeliveryRepository } from './storage/delivery.repository.js';
import { DueScan } from './engine/due-scan.js';
import { WebhookSender } from './attempt/http/webhook-sender.js';
import { DeliveryProcessor } from './engine/delivery.processor.js';
import { QueueWatchdog } from './engine/queue-watchdog.js';

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
