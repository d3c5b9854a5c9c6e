import { Module } from '@nestjs/common';
import { Settings } from '../shared/config/settings.js';
import { Logger } from '../shared/logging/logger.js';
import { connectRedis, FAIL_FAST } from '../shared/redis/redis.js';
import { keyRoot } from '../shared/redis/redis-address.js';
import { Clock } from '../shared/time/clock.js';
import { AccessModule } from './access.module.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditRetention } from './audit/audit-retention.js';
import { AuditService } from './audit/audit.service.js';
import { Gatekeeper } from './gatekeeper.js';
import { KeyRing } from './keys/key-ring.js';
import { KeysController } from './keys/keys.controller.js';
import { KeysService } from './keys/keys.service.js';
import { LocalQuota } from './quota/local-quota.js';
import { PublishQuota } from './quota/publish-quota.js';
import { RedisQuota } from './quota/redis-quota.js';
import { TenantsController } from './tenants/tenants.controller.js';

/** For processes that serve the API: the gatekeeper, and the operations on keys, tenants and the audit log. */
@Module({
  imports: [AccessModule],
  controllers: [KeysController, TenantsController, AuditController],
  providers: [
    AuditRetention,
    AuditService,
    Gatekeeper,
    KeyRing,
    KeysService,
    {
      provide: PublishQuota,
      inject: [Settings, Clock, Logger],
      useFactory: (settings: Settings, clock: Clock, logger: Logger): PublishQuota =>
        settings.redisUrl === undefined
          ? new LocalQuota(clock)
          : new RedisQuota(
              connectRedis(settings.redisUrl, { ...FAIL_FAST, commandTimeout: 100 }, logger, 'publishing quota'),
              keyRoot(settings),
              clock,
            ),
    },
  ],
  exports: [Gatekeeper],
})
export class AccessApiModule {}
