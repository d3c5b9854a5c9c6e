import type { QueueOptions } from 'bull';
import { FAIL_FAST, PATIENT } from '../../shared/redis/redis.js';
import { keyRoot } from '../../shared/redis/redis-address.js';
import type { BullClients } from './bull-clients.js';

/** What decides the names of the queues. */
export interface QueueSettings {
  readonly redisUrl: string | undefined;
  readonly queuePrefix: string;
  readonly queueShards: number;
}

/** One of the queues that jobs are spread over. */
export interface Shard {
  readonly name: string;
  /** What its keys begin with. */
  readonly prefix: string;
}

/** The first one is named as if it were the only one: a service that begins with one queue keeps it. */
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
 * Locks that are lost soon (by default a killed worker's job comes back after a minute), and a job that stalls without
 * limit (by default the second crash loses it): a job that runs twice finds nothing to claim.
 */
const WORKER_SETTINGS = {
  lockDuration: 30_000,
  stalledInterval: 5000,
  maxStalledCount: 1_000_000,
  guardInterval: 5000,
};

/** A queue that only adds: it fails at once when Redis is away, because the due scan will find what was not added. */
export function producerOptions({ prefix }: Shard, clients: BullClients): QueueOptions {
  return {
    prefix,
    settings: WORKER_SETTINGS,
    createClient: (type) => clients.openShared(FAIL_FAST, `queue producer (${type})`),
  };
}

/** A queue that takes jobs: it waits for Redis as long as it takes, and on a connection of its own for its next job. */
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
