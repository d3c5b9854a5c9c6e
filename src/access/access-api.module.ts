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
import { Identities } from './identities.js';
import { PortalRing } from './portal/portal-ring.js';
import { PortalSessionsController } from './portal/portal-sessions.controller.js';
import { PortalSessionsRepository } from './portal/portal-sessions.repository.js';
import { PortalSessionsService } from './portal/portal-sessions.service.js';
import { PortalUrl } from './portal/portal-url.js';
import { LocalQuota } from './quota/local-quota.js';
import { PublishQuota } from './quota/publish-quota.js';
import { RedisQuota } from './quota/redis-quota.js';
import { SessionRetention } from './sessions/session-retention.js';
import { SessionRing } from './sessions/session-ring.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';
import { FrameAncestors } from './tenants/frame-ancestors.js';
import { TenantsController } from './tenants/tenants.controller.js';
import { WrongCredentials } from './wrong-credentials.js';

/**
 * For processes that serve the API: the gatekeeper, and the operations on keys, tenants, sessions and the audit log.
 */
@Module({
  imports: [AccessModule],
  controllers: [KeysController, TenantsController, AuditController, SessionsController, PortalSessionsController],
  providers: [
    AuditRetention,
    AuditService,
    FrameAncestors,
    Gatekeeper,
    Identities,
    KeyRing,
    KeysService,
    PortalRing,
    PortalSessionsRepository,
    PortalSessionsService,
    PortalUrl,
    SessionRetention,
    SessionRing,
    SessionsRepository,
    SessionsService,
    WrongCredentials,
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
  exports: [FrameAncestors, Gatekeeper, PortalSessionsService],
})
export class AccessApiModule {}
