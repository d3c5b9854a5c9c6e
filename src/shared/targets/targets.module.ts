import { Module } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../shared.module.js';
import type { Settings } from '../config/settings.js';
import { Logger } from '../logging/logger.js';
import { HostResolver, SystemHostResolver } from './host-resolver.js';
import { TargetGuard } from './target-guard.js';

@Module({
  providers: [
    {
      provide: HostResolver,
      inject: [SETTINGS_TOKEN],
      useFactory: (settings: Settings) => new SystemHostResolver(settings),
    },
    {
      provide: TargetGuard,
      inject: [SETTINGS_TOKEN, HostResolver, Logger],
      useFactory: (settings: Settings, resolver: HostResolver, logger: Logger) =>
        new TargetGuard(settings, resolver, (blocked) => {
          logger.warn(blocked, 'target.blocked');
        }),
    },
  ],
  exports: [HostResolver, TargetGuard],
})
export class TargetsModule {}
