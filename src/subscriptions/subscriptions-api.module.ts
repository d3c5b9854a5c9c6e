import { Module } from '@nestjs/common';
import { AccessApiModule } from '../access/index.js';
import { TargetsModule } from '../targets/index.js';
import { PortalSubscriptions } from './portal-subscriptions.js';
import { SubscriptionCheck } from './subscription-check.js';
import { SubscriptionRetention } from './subscription-retention.js';
import { SubscriptionSecretsController } from './subscription-secrets.controller.js';
import { SubscriptionsController } from './subscriptions.controller.js';
import { SubscriptionsModule } from './subscriptions.module.js';

@Module({
  imports: [AccessApiModule, SubscriptionsModule, TargetsModule],
  controllers: [SubscriptionSecretsController, SubscriptionsController],
  providers: [PortalSubscriptions, SubscriptionCheck, SubscriptionRetention],
})
export class SubscriptionsApiModule {}
