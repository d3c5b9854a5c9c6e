import type { QueueOptions } from 'bull';
import { FAIL_FAST, PATIENT } from '../../shared/redis/redis.js';
import type { BullClients } from './bull-clients.js';

export const QUEUE_NAME = 'deliveries';

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
export function producerOptions(prefix: string, clients: BullClients): QueueOptions {
  return {
    prefix,
    settings: WORKER_SETTINGS,
    createClient: (type) => clients.open(FAIL_FAST, `queue producer (${type})`),
  };
}

/** A queue that takes jobs: it waits for Redis as long as it takes. */
export function consumerOptions(prefix: string, clients: BullClients): QueueOptions {
  return {
    prefix,
    settings: WORKER_SETTINGS,
    createClient: (type) => clients.open(PATIENT, `queue consumer (${type})`),
  };
}
