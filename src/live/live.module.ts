import { Module } from '@nestjs/common';
import { Settings } from '../shared/config/settings.js';
import { Logger } from '../shared/logging/logger.js';
import { Clock } from '../shared/time/clock.js';
import { LiveFeed } from './live-feed.js';
import { LiveLog } from './live-log.js';
import { MemoryLog } from './memory-log.js';
import { RedisLog } from './redis-log.js';

/** For modules that tell viewers what happens. */
@Module({
  providers: [
    LiveFeed,
    {
      provide: LiveLog,
      inject: [Settings, Clock, Logger],
      useFactory: ({ redisUrl, queuePrefix }: Settings, clock: Clock, logger: Logger): LiveLog =>
        redisUrl === undefined ? new MemoryLog(clock) : new RedisLog({ redisUrl, queuePrefix }, logger, clock),
    },
  ],
  exports: [LiveFeed, LiveLog],
})
export class LiveModule {}
