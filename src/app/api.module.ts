import { type DynamicModule, Module } from '@nestjs/common';
import { AccessApiModule } from '../access/index.js';
import { DeliveryModule, DeliveryQueueModule } from '../delivery/index.js';
import { DoctorModule } from '../doctor/index.js';
import { HealthModule } from '../health/index.js';
import { IngestModule } from '../ingest/index.js';
import { LiveApiModule } from '../live/index.js';
import { ReplaysModule } from '../replays/index.js';
import type { Settings } from '../shared/config/settings.js';
import { DatabaseModule } from '../shared/database/database.module.js';
import { ReadReplicaModule } from '../shared/database/replica/read-replica.module.js';
import { SharedModule } from '../shared/shared.module.js';
import { StatsModule } from '../stats/index.js';
import { StatusModule } from '../status/index.js';
import { SubscriptionsApiModule } from '../subscriptions/index.js';
import { VitalsModule } from '../vitals/index.js';

/** The modules of the public API. */
export const API_MODULES = [
  ReadReplicaModule,
  AccessApiModule,
  SubscriptionsApiModule,
  IngestModule,
  DeliveryModule,
  StatsModule,
  StatusModule,
  LiveApiModule,
  DoctorModule,
  VitalsModule,
  ReplaysModule,
];

/** A process that serves the API and leaves deliveries to workers. */
@Module({})
export class ApiModule {
  static with(settings: Settings): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        SharedModule.with(settings),
        DatabaseModule,
        DeliveryQueueModule.with(settings, 'producer'),
        ...API_MODULES,
        HealthModule,
      ],
    };
  }
}
