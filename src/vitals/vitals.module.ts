import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/index.js';
import { StatsModule } from '../stats/index.js';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { Vitals } from './answers/vitals.js';
import { VitalsRepository } from './answers/vitals.repository.js';

/** Tells the health of subscriptions, as part of their answers. */
@Module({
  imports: [DeliveryModule, StatsModule, SubscriptionsModule],
  providers: [Vitals, VitalsRepository],
})
export class VitalsModule {}
