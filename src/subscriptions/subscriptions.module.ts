import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { AnnouncementsModule } from '../announcements/index.js';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Settings } from '../shared/config/settings.js';
import { SecretBox } from '../shared/crypto/secret-box.js';
import { AskingTenants } from './asking-tenants.js';
import { PublishTargets } from './publish-targets.js';
import { StoredSecretsCheck } from './stored-secrets.check.js';
import { Receivers } from './receivers.js';
import { SubscriptionHealth } from './subscription-health.js';
import { SubscriptionDisabling } from './subscription-disabling.js';
import { SubscriptionCache } from './subscription-cache.js';
import { SubscriptionEntity } from './subscription.entity.js';
import { Reencryption } from './reencryption.js';
import { SubscriptionSecretsService } from './subscription-secrets.service.js';
import { SubscriptionVault } from './subscription-vault.js';
import { SubscriptionVersions } from './subscription-versions.js';
import { SubscriptionVersionsRepository } from './subscription-versions.repository.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';
import { SubscriptionsService } from './subscriptions.service.js';

/** Subscriptions without their REST API, for other modules and the worker. */
@Module({
  imports: [AccessModule, AnnouncementsModule, TypeOrmModule.forFeature([SubscriptionEntity])],
  providers: [
    AskingTenants,
    Reencryption,
    StoredSecretsCheck,
    SubscriptionCache,
    SubscriptionSecretsService,
    SubscriptionVault,
    SubscriptionVersions,
    SubscriptionVersionsRepository,
    SubscriptionsRepository,
    SubscriptionsService,
    PublishTargets,
    Receivers,
    SubscriptionDisabling,
    SubscriptionHealth,
    {
      provide: SecretBox,
      inject: [Settings],
      useFactory: (settings: Settings) => new SecretBox(settings.encryptionKeys),
    },
  ],
  exports: [
    AskingTenants,
    PublishTargets,
    Receivers,
    Reencryption,
    SubscriptionDisabling,
    SubscriptionHealth,
    SubscriptionSecretsService,
    SubscriptionsRepository,
    SubscriptionsService,
    SubscriptionVault,
    SubscriptionVersions,
    SubscriptionVersionsRepository,
  ],
})
export class SubscriptionsModule {}
