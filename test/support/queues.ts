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

/** What is given up may be in Redis all the same, so it should outlast a machine that stands still for a moment. */
const PATIENCE_MS = 10_000;

interface BullGiven {
  readonly queueShards?: number;
  /** Gives up as soon as the service does: for a Redis that is away. */
  readonly failsFast?: boolean;
  readonly whileTaking?: () => Promise<unknown>;
  readonly logger?: Logger;
}

/** Both ends of every queue, as in a process that is API and worker. */
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

/** Does something once between the two steps by which Bull takes a job: out of the list, and marked as taken. */
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

/** An id that is the same for the same name. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  const id = `01${hex.slice(0, 6)}-${hex.slice(6, 10)}-7${hex.slice(10, 13)}-8${hex.slice(13, 16)}-${hex.slice(16, 28)}`;
  names.set(id, name);
  return id;
}

/** By which name the delivery of a wake-up was given to `aJob`. */
export function nameOf({ id }: WakeUp): string {
  return names.get(id) ?? id;
}

/** A job of wake-ups that differ in everything. */
export function aJob(...deliveries: string[]): WakeUp[] {
  return deliveries.map((name, attemptCount) => ({
    id: idOf(name),
    subscriptionId: idOf(`of ${name}`),
    attemptCount,
    tenantId: `tenant-of-${name.replaceAll(/\W/g, '-')}`,
  }));
}

/** Adds once, as soon as the queue can: the client of a new one refuses until it has connected. */
export async function addSoon(queue: DeliveryQueue, ...jobs: WakeUp[][]): Promise<void> {
  await eventually(() => queue.depth());
  await queue.add(jobs);
}

/** Remembers what it takes. */
export class Consumer {
  readonly jobs: WakeUp[][] = [];

  readonly take: WakeUpHandler = (wakeUps) => {
    this.jobs.push(wakeUps);
    return Promise.resolve();
  };

  /** Sorted: several jobs are handled at once. */
  get names(): string[] {
    return this.jobs.flatMap((wakeUps) => wakeUps.map(nameOf)).sort();
  }

  /** Waits until it has taken so many. */
  async took(count: number): Promise<void> {
    await eventually(() => this.jobs, { until: ({ length }) => length >= count, timeoutMs: 20_000 });
  }
}
