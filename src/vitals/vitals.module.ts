import { Module } from '@nestjs/common';
import { SubscriptionsModule } from '../subscriptions/index.js';
import { Vitals } from './answers/vitals.js';
import { VitalsRepository } from './answers/vitals.repository.js';

/** Tells the health of subscriptions, as part of their answers. */
@Module({
  imports: [SubscriptionsModule],
  providers: [Vitals, VitalsRepository],
})
export class VitalsModule {}
