import { Module } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Settings } from '../shared/config/settings.js';
import { Logger } from '../shared/logging/logger.js';
import { HostResolver, SystemHostResolver } from './host-resolver.js';
import { type BlockedAddress, TargetGuard } from './target-guard.js';

@Module({
  providers: [
    {
      provide: HostResolver,
      inject: [Settings],
      useFactory: (settings: Settings) => new SystemHostResolver(settings),
    },
    {
      provide: TargetGuard,
      inject: [Settings, HostResolver, Logger],
      useFactory: (settings: Settings, resolver: HostResolver, logger: Logger) =>
        new TargetGuard(settings, resolver, logBlocked(logger)),
    },
  ],
  exports: [HostResolver, TargetGuard],
})
export class TargetsModule {}

/** Logs a blocked host at most once a minute. */
function logBlocked(logger: Logger): (blocked: BlockedAddress) => void {
  const logged = new LRUCache<string, true>({ max: 1000, ttl: 60_000 });
  return (blocked) => {
    if (logged.has(blocked.host)) return;
    logged.set(blocked.host, true);
    logger.warn(blocked, 'target.blocked');
  };
}
