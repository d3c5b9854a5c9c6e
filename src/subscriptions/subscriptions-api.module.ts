import { Module } from '@nestjs/common';
import { TargetsModule } from '../targets/index.js';
import { SubscriptionInputPipe } from './subscription-input.pipe.js';
import { SubscriptionRetention } from './subscription-retention.js';
import { SubscriptionSecretsController } from './subscription-secrets.controller.js';
import { SubscriptionsController } from './subscriptions.controller.js';
import { SubscriptionsModule } from './subscriptions.module.js';

@Module({
  imports: [SubscriptionsModule, TargetsModule],
  controllers: [SubscriptionSecretsController, SubscriptionsController],
  providers: [SubscriptionInputPipe, SubscriptionRetention],
})
export class SubscriptionsApiModule {}
