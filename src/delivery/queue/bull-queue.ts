import type { OnApplicationShutdown } from '@nestjs/common';
import type { Job, Queue } from 'bull';
import type { Logger } from '../../shared/logging/logger.js';
import type { WakeUp } from '../domain/wake-up.js';
import type { BullClients } from './bull-clients.js';
import { DeliveryQueue, type PartState, type WakeUpHandler } from './delivery-queue.js';
import { JOB_OPTIONS, type JobData, type RawJob, readJob, toData, withoutParsing } from './job-data.js';

/** Concurrent jobs of a worker on each shard. A job only admits its deliveries to lanes, so a few are enough. */
const JOBS_AT_ONCE = 8;
/** Bull alone would wait forever for running jobs, or for Redis while it is unavailable. */
const CLOSE_TIMEOUT_MS = 2000;

export class JobNotStored extends Error {
  constructor() {
    super('Redis did not store all jobs, because its script cache was lost');
  }
}

/**
 * Producer and consumer of one queue in Redis. The producer fails fast; the consumer waits for Redis, and is null in a
 * process that only adds jobs.
 */
export interface BullEnds {
  readonly producer: Queue<JobData>;
  readonly consumer: Queue<JobData> | null;
}

/** Bull on Redis. Jobs are spread over one or more queues in turn, and every worker takes jobs from all of them. */
export class BullQueue extends DeliveryQueue implements OnApplicationShutdown {
  private turn = 0;
  /** Jobs taken from each shard. */
  private readonly taken: number[] = [];
  private consumersClosed?: Promise<void>;

  constructor(
    private readonly shards: readonly BullEnds[],
    private readonly clients: BullClients,
    private readonly logger: Logger,
  ) {
    super();
    for (const queue of shards.flatMap(({ producer, consumer }) => [producer, consumer])) {
      // BullModule would close the queue too, but without a timeout, and with an error if its connections are closed.
      if (queue) Object.assign(queue, { onApplicationShutdown: undefined });
      queue?.on('error', (error: Error) => {
        logger.debug({ err: error }, 'queue.error');
      });
    }
  }

  override async add(jobs: WakeUp[][]): Promise<void> {
    const byShard = this.shards.map((): WakeUp[][] => []);
    for (const job of jobs) byShard[(this.turn = (this.turn + 1) % this.shards.length)]?.push(job);
    await Promise.all(this.shards.map(({ producer }, index) => addTo(producer, byShard[index] ?? [])));
  }

  override look(): Promise<readonly PartState[]> {
    const looks = this.shards.map(async ({ producer }, index) => {
      return { waiting: await producer.getWaitingCount(), taken: this.taken[index] ?? 0 };
    });
    return Promise.all(looks);
  }

  override consume(handler: WakeUpHandler): void {
    for (const [index, { consumer }] of this.shards.entries()) {
      if (consumer === null) throw new Error('This process only adds jobs');
      leaveUnparsed(consumer);
      handleReconnection(consumer);
      handleNaming(consumer);
      void consumer
        .process(JOBS_AT_ONCE, async (job) => {
          this.taken[index] = (this.taken[index] ?? 0) + 1;
          await this.handle(consumer, job, handler);
        })
        .catch((error: unknown) => {
          // A process may be told to end while it still connects.
          if (this.consumersClosed !== undefined) return;
          this.logger.error({ err: error }, 'queue.consumer_ended');
        });
    }
  }

  private async handle(consumer: Queue, job: Job<unknown>, handler: WakeUpHandler): Promise<void> {
    if (job.data === undefined) {
      await forget(consumer, job);
      return;
    }
    const { wakeUps, fault } = readJob(job.data);
    if (fault !== null) this.logger.warn({ job_id: String(job.id), reason: fault }, 'job.malformed');
    if (wakeUps.length > 0) await handler(wakeUps);
  }

  override stopConsuming(): Promise<void> {
    const consumers = this.shards.flatMap(({ consumer }) => (consumer === null ? [] : [consumer]));
    this.consumersClosed ??= Promise.all(consumers.map(closeWithin)).then(() => undefined);
    return this.consumersClosed;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.stopConsuming(), ...this.shards.map(({ producer }) => closeWithin(producer))]);
    this.clients.disconnect();
  }
}

async function addTo(producer: Queue<JobData>, jobs: readonly WakeUp[][]): Promise<void> {
  if (jobs.length === 0) return;
  // Adds a single job without the transaction of addBulk.
  const added =
    jobs.length === 1 && jobs[0]
      ? [await producer.add(toData(jobs[0]), JOB_OPTIONS)]
      : await producer.addBulk(jobs.map((wakeUps) => ({ data: toData(wakeUps), opts: JOB_OPTIONS })));
  // After a loss of the script cache, addBulk resolves with jobs that have no id and are not in Redis. Adding a single
  // job loads the script again.
  const missing = jobs.filter((_, index) => !isStored(added[index]));
  for (const wakeUps of missing) {
    if (!isStored(await producer.add(toData(wakeUps), JOB_OPTIONS))) throw new JobNotStored();
  }
}

/** Passes job data to the handler as text. A job that Bull cannot parse would fail inside Bull, and occupy a place. */
function leaveUnparsed(consumer: Queue): void {
  const queue = consumer as unknown as { nextJobFromJobData: (raw: RawJob | undefined, id?: string) => unknown };
  const make = queue.nextJobFromJobData.bind(consumer);
  queue.nextJobFromJobData = (raw, id) => make(raw && withoutParsing(raw), id);
}

/**
 * To end its blocking command, Bull reconnects that client, even to close it, and handles a failure of this only after
 * the jobs that run. If Redis is away, the unhandled rejection would end the process.
 */
function handleReconnection(consumer: Queue): void {
  const queue = consumer as unknown as {
    processing: readonly Promise<unknown>[];
    whenCurrentJobsFinished: () => Promise<unknown>;
  };
  const finish = queue.whenCurrentJobsFinished.bind(consumer);
  queue.whenCurrentJobsFinished = () => {
    const { processing } = queue;
    // Without jobs to wait for, Bull handles the failure at once.
    queue.processing = [];
    const reconnected = finish();
    queue.processing = processing;
    return Promise.allSettled([reconnected, ...Object.values(processing)]);
  };
}

/**
 * Bull names the connection of a consumer, and waits for nobody. If the connection is closed before it is made, as when
 * a process is told to end while it starts, the unhandled rejection would end the process. Nothing needs the name.
 */
function handleNaming(consumer: Queue): void {
  const queue = consumer as unknown as { setWorkerName: () => Promise<unknown> };
  const name = queue.setWorkerName.bind(consumer);
  queue.setWorkerName = () => name().catch(() => undefined);
}

function isStored(job: Job | undefined): boolean {
  return (job?.id as Job['id'] | null | undefined) != null;
}

async function closeWithin(queue: Queue): Promise<void> {
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref());
  await Promise.race([queue.close().catch(() => undefined), timeout]);
}

/**
 * Deletes a job without data. If a job is taken just before Redis is flushed and marked as taken just after, its hash
 * holds only that mark. No list contains it, so Bull would never delete it. A newer job with the same id has data, and
 * is not deleted.
 */
async function forget(queue: Queue, job: Job): Promise<void> {
  await queue.client.eval(
    `if redis.call('hexists', KEYS[1], 'data') == 0 then return redis.call('del', KEYS[1]) end`,
    1,
    queue.toKey(String(job.id)),
  );
}
