import type { QueueOptions } from 'bull';
import { FAIL_FAST, PATIENT } from '../../shared/redis/redis.js';
import { keyRoot } from '../../shared/redis/redis-address.js';
import type { BullClients } from './bull-clients.js';

/** Settings that determine the names and keys of the queues. */
export interface QueueSettings {
  readonly redisUrl: string | undefined;
  readonly queuePrefix: string;
  readonly queueShards: number;
}

/** One of several queues that jobs are spread over. */
export interface Shard {
  readonly name: string;
  /** Prefix of its Redis keys. */
  readonly prefix: string;
}

/** The first shard has no suffix, so that adding shards does not rename the queue of a service that had only one. */
export function shardsOf(settings: QueueSettings): Shard[] {
  return Array.from({ length: settings.queueShards }, (_, index) => {
    const suffix = index === 0 ? '' : `-${index + 1}`;
    return {
      name: `deliveries${suffix}`,
      prefix: keyRoot(settings, settings.queuePrefix + suffix),
    };
  });
}

/**
 * Stalled jobs are found soon. By default, the job of a killed worker comes back after a minute. They are retried
 * without limit. By default, the second crash loses a job. A job may run twice: the second run finds nothing to claim.
 */
const WORKER_SETTINGS = {
  lockDuration: 30_000,
  stalledInterval: 5000,
  maxStalledCount: 1_000_000,
  guardInterval: 5000,
};

/** Options of a queue that only adds jobs. While Redis is unavailable, it fails fast; the due scan finds the rest. */
export function producerOptions({ prefix }: Shard, clients: BullClients): QueueOptions {
  return {
    prefix,
    settings: WORKER_SETTINGS,
    createClient: (type) => clients.openShared(FAIL_FAST, `queue producer (${type})`),
  };
}

/** Options of a queue that takes jobs. It waits for Redis, and has a connection of its own for the blocking command. */
export function consumerOptions({ prefix, name }: Shard, clients: BullClients): QueueOptions {
  return {
    prefix,
    settings: WORKER_SETTINGS,
    createClient: (type) =>
      type === 'bclient'
        ? clients.open(PATIENT, `queue consumer (${name})`)
        : clients.openShared(PATIENT, `queue consumer (${type})`),
  };
}
