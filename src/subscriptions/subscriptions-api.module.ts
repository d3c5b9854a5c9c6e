import { Module } from '@nestjs/common';
import { TargetsModule } from '../targets/index.js';
import { SubscriptionCheck } from './subscription-check.js';
import { SubscriptionRetention } from './subscription-retention.js';
import { SubscriptionSecretsController } from './subscription-secrets.controller.js';
import { SubscriptionsController } from './subscriptions.controller.js';
import { SubscriptionsModule } from './subscriptions.module.js';

@Module({
  imports: [SubscriptionsModule, TargetsModule],
  controllers: [SubscriptionSecretsController, SubscriptionsController],
  providers: [SubscriptionCheck, SubscriptionRetention],
})
export class SubscriptionsApiModule {}
