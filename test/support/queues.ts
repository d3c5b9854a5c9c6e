import { createHash } from 'node:crypto';
import Bull from 'bull';
import type { Redis, RedisOptions } from 'ioredis';
import type { WakeUp } from '../../src/delivery/domain/wake-up.js';
import { BullClients } from '../../src/delivery/queue/bull-clients.js';
import { consumerOptions, producerOptions, shardsOf } from '../../src/delivery/queue/bull-options.js';
import { BullQueue } from '../../src/delivery/queue/bull-queue.js';
import type { Logger } from '../../src/shared/logging/logger.js';
import type { DeliveryQueue, WakeUpHandler } from '../../src/delivery/queue/delivery-queue.js';
import type { JobData } from '../../src/delivery/queue/job-data.js';
import { eventually } from './eventually.js';
import { silentLogger } from './silent-logger.js';

/** A command that timed out may have run in Redis all the same, so the timeout must be longer than a short pause. */
const PATIENCE_MS = 10_000;

interface BullGiven {
  readonly queueShards?: number;
  /** Fails as fast as the service does, for tests with an unavailable Redis. */
  readonly failsFast?: boolean;
  readonly whileTaking?: () => Promise<unknown>;
  readonly logger?: Logger;
}

/** Producer and consumer of every queue, as in a process that is API and worker. */
export function openBull(redisUrl: string, queuePrefix: string, given: BullGiven = {}): BullQueue {
  const { queueShards = 1, failsFast = false, whileTaking, logger = silentLogger } = given;
  const clients = new (failsFast ? BullClients : PatientClients)(redisUrl, silentLogger);
  const ends = shardsOf({ redisUrl, queuePrefix, queueShards }).map((shard) => ({
    producer: new Bull<JobData>(shard.name, producerOptions(shard, clients)),
    consumer: new Bull<JobData>(shard.name, consumerOptions(shard, clients)),
  }));
  if (whileTaking) for (const { consumer } of ends) interruptOnce(consumer, whileTaking);
  return new BullQueue(ends, clients, logger);
}

class PatientClients extends BullClients {
  override open(options: RedisOptions, purpose: string): Redis {
    return super.open({ ...options, ...(options.commandTimeout && { commandTimeout: PATIENCE_MS }) }, purpose);
  }
}

/** Runs an action once between the two steps in which Bull takes a job: off the list, and marked as taken. */
function interruptOnce(consumer: Bull.Queue, interrupt: () => Promise<unknown>): void {
  const queue = consumer as unknown as { moveToActive: (id?: string) => Promise<unknown> };
  const moveToActive = queue.moveToActive.bind(consumer);
  queue.moveToActive = async (id) => {
    queue.moveToActive = moveToActive;
    await interrupt();
    return moveToActive(id);
  };
}

const names = new Map<string, string>();

/** An id derived from a name. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  const id = `01${hex.slice(0, 6)}-${hex.slice(6, 10)}-7${hex.slice(10, 13)}-8${hex.slice(13, 16)}-${hex.slice(16, 28)}`;
  names.set(id, name);
  return id;
}

/** The name that was passed to `aJob` for the delivery of a wake-up. */
export function nameOf({ id }: WakeUp): string {
  return names.get(id) ?? id;
}

/** A job with one wake-up for each name. No two wake-ups have a field in common. */
export function aJob(...deliveries: string[]): WakeUp[] {
  return deliveries.map((name, attemptCount) => ({
    id: idOf(name),
    subscriptionId: idOf(`of ${name}`),
    attemptCount,
    tenantId: `tenant-of-${name.replaceAll(/\W/g, '-')}`,
  }));
}

/** Adds jobs once the queue is ready. A new client refuses commands until it has connected. */
export async function addSoon(queue: DeliveryQueue, ...jobs: WakeUp[][]): Promise<void> {
  await eventually(() => queue.depth());
  await queue.add(jobs);
}

/** Records the wake-ups that it takes. */
export class Consumer {
  readonly jobs: WakeUp[][] = [];

  readonly take: WakeUpHandler = (wakeUps) => {
    this.jobs.push(wakeUps);
    return Promise.resolve();
  };

  /** Names of the deliveries, sorted, because several jobs run at once. */
  get names(): string[] {
    return this.jobs.flatMap((wakeUps) => wakeUps.map(nameOf)).sort();
  }

  /** Waits until it has taken this many. */
  async took(count: number): Promise<void> {
    await eventually(() => this.jobs, { until: ({ length }) => length >= count, timeoutMs: 20_000 });
  }
}
