import { type DynamicModule, Module } from '@nestjs/common';
import { DeliveryQueueModule } from '../delivery/index.js';
import { DeliveryWorkerModule } from '../delivery/worker.js';
import { HealthModule } from '../health/index.js';
import { ReplayingModule } from '../replays/index.js';
import type { Settings } from '../shared/config/settings.js';
import { DatabaseModule } from '../shared/database/database.module.js';
import { SharedModule } from '../shared/shared.module.js';
import { SummingModule } from '../stats/index.js';
import { VitalsReviewModule } from '../vitals/index.js';

/** A process that makes deliveries, and serves only its health and metrics. */
@Module({})
export class WorkerModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        SharedModule.with(settings),
        DatabaseModule,
        DeliveryQueueModule.with(settings, 'producer and consumer'),
        DeliveryWorkerModule,
        SummingModule,
        VitalsReviewModule,
        ReplayingModule,
        HealthModule,
      ],
    };
  }
}
