import type { Settings } from '../shared/config/settings.js';
import { failureLoggerOf } from '../shared/logging/logger.js';
import { isRedisRefusal } from '../shared/redis/redis.js';

/** Exits on an uncaught error. Node.js would exit too, but print all fields of the error, which may hold passwords. */
export function exitOnCrash(settings: () => Settings | undefined): void {
  process.on('uncaughtException', (error, origin) => {
    // A client was refused when it reconnected, for example because the password has changed. Its commands fail anyway.
    if (origin === 'unhandledRejection' && isRedisRefusal(error)) {
      failureLoggerOf(settings()).warn({ err: error }, 'redis.refused');
      return;
    }
    failureLoggerOf(settings()).error({ err: error }, 'process.crashed');
    process.exit(1);
  });
}
