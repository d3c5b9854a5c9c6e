import { Module } from '@nestjs/common';
import { TargetsModule } from '../shared/targets/targets.module.js';
import { SubscriptionInputPipe } from './subscription-input.pipe.js';
import { SubscriptionsController } from './subscriptions.controller.js';
import { SubscriptionsModule } from './subscriptions.module.js';

@Module({
  imports: [SubscriptionsModule, TargetsModule],
  controllers: [SubscriptionsController],
  providers: [SubscriptionInputPipe],
})
export class SubscriptionsApiModule {}
