import type { QueueOptions } from 'bull';
import type { Logger } from '../../shared/logging/logger.js';
import { connectRedis, FAIL_FAST, PATIENT } from '../../shared/redis/redis.js';

export const QUEUE_NAME = 'deliveries';

interface QueueSettings {
  readonly redisUrl: string;
  readonly queuePrefix: string;
}

/**
 * Locks that are lost soon (by default a killed worker's job comes back after a minute), and a job that stalls without limit
 * (by default the second crash loses it): a job that runs twice finds nothing to claim.
 */
const WORKER_SETTINGS = {
  lockDuration: 30_000,
  stalledInterval: 5000,
  maxStalledCount: 1_000_000,
  guardInterval: 5000,
};

/** A queue that only adds: it fails at once when Redis is away, because the due scan will find what was not added. */
export function producerOptions(settings: QueueSettings, logger: Logger): QueueOptions {
  return {
    prefix: settings.queuePrefix,
    settings: WORKER_SETTINGS,
    createClient: (type) => connectRedis(settings.redisUrl, FAIL_FAST, logger, `queue producer (${type})`),
  };
}

/** A queue that takes jobs: it waits for Redis as long as it takes. */
export function consumerOptions(settings: QueueSettings, logger: Logger): QueueOptions {
  return {
    prefix: settings.queuePrefix,
    settings: WORKER_SETTINGS,
    createClient: (type) => connectRedis(settings.redisUrl, PATIENT, logger, `queue consumer (${type})`),
  };
}
