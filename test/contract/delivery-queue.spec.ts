import Bull from 'bull';
import { Redis } from 'ioredis';
import type { WakeUp } from '../../src/delivery/delivery.entity.js';
import { BullClients } from '../../src/delivery/queue/bull-clients.js';
import { consumerOptions, producerOptions, QUEUE_NAME } from '../../src/delivery/queue/bull-options.js';
import { BullQueue, type JobData } from '../../src/delivery/queue/bull-queue.js';
import type { DeliveryQueue } from '../../src/delivery/queue/delivery-queue.js';
import { MemoryQueue } from '../../src/delivery/queue/memory-queue.js';
import { startLocalRedis } from '../../src/local/local-redis.js';
import type { LocalServer } from '../../src/local/local-server.js';
import { eventually } from '../support/eventually.js';
import { silentLogger } from '../support/silent-logger.js';
import { testRedisUrl, uniquePrefix } from '../support/test-redis.js';

interface Opened {
  readonly queue: DeliveryQueue;
  readonly close: () => Promise<void>;
}

function openBull(redisUrl: string, queuePrefix: string): Opened {
  const clients = new BullClients(redisUrl, silentLogger);
  const producer = new Bull<JobData>(QUEUE_NAME, producerOptions(queuePrefix, clients));
  const consumer = new Bull<JobData>(QUEUE_NAME, consumerOptions(queuePrefix, clients));
  const queue = new BullQueue(producer, consumer, clients, silentLogger);
  return { queue, close: () => queue.onApplicationShutdown() };
}

function openMemory(): Opened {
  const queue = new MemoryQueue();
  return { queue, close: () => queue.stopConsuming() };
}

const job = (...ids: string[]): WakeUp[] =>
  ids.map((id, attemptCount) => ({ id, subscriptionId: `of ${id}`, attemptCount }));
/** A producer's client refuses to add until it has connected. */
const add = (queue: DeliveryQueue, ...jobs: WakeUp[][]): Promise<void> => eventually(() => queue.add(jobs));

describe.each([
  ['memory', (): Opened => openMemory()],
  ['Bull on real Redis', (): Opened => openBull(testRedisUrl(), uniquePrefix())],
])('the queue of deliveries: %s', (_name, open) => {
  let opened: Opened;
  let queue: DeliveryQueue;

  beforeEach(() => {
    opened = open();
    queue = opened.queue;
  });

  afterEach(() => opened.close());

  it('carries each job to the consumer unchanged', async () => {
    const jobs = [job('a', 'b', 'c'), job('d')];
    const taken: WakeUp[][] = [];
    queue.consume((wakeUps) => {
      taken.push(wakeUps);
      return Promise.resolve();
    });

    await add(queue, ...jobs);

    await eventually(() => taken, { until: ({ length }) => length === 2 });
    expect(taken).toEqual(expect.arrayContaining(jobs));
  });

  it('keeps what was added before anybody consumes, and says how much waits', async () => {
    await add(queue, job('a'), job('b'), job('c'));
    expect(await queue.depth()).toBe(3);

    const taken: string[] = [];
    queue.consume(([wakeUp]) => {
      taken.push(wakeUp!.id);
      return Promise.resolve();
    });

    await eventually(() => taken.sort(), { until: ({ length }) => length === 3 });
    expect(taken).toEqual(['a', 'b', 'c']);
    expect(await queue.depth()).toBe(0);
  });

  it('goes on after a job that failed, and does not repeat it', async () => {
    const taken: string[] = [];
    queue.consume(([wakeUp]) => {
      taken.push(wakeUp!.id);
      return wakeUp!.id === 'bad' ? Promise.reject(new Error('bad job')) : Promise.resolve();
    });

    await add(queue, job('bad'));
    await add(queue, job('good'));

    await eventually(() => taken, { until: (ids) => ids.includes('good') });
    expect(taken).toEqual(['bad', 'good']);
    expect(await queue.depth()).toBe(0);
  });

  it('takes no more jobs once it is told to stop', async () => {
    const taken: string[] = [];
    queue.consume(([wakeUp]) => {
      taken.push(wakeUp!.id);
      return Promise.resolve();
    });
    await add(queue, job('a'));
    await eventually(() => taken, { until: ({ length }) => length === 1 });

    await queue.stopConsuming();
    await add(queue, job('b'));

    expect(await queue.depth()).toBe(1);
    expect(taken).toEqual(['a']);
  });
});

describe('the queue of deliveries: Bull on a Redis that fails', () => {
  let redis: LocalServer;
  let opened: Opened;
  const prefix = uniquePrefix();

  beforeEach(async () => {
    redis = (await startLocalRedis({ directory: '/tmp', port: 'free' }))!;
    opened = openBull(redis.url, prefix);
    await eventually(() => opened.queue.depth());
  });

  afterEach(async () => {
    await opened.close();
    await redis.stop();
  });

  it('says that a job was not added when Redis does not answer', async () => {
    process.kill(redis.pid, 'SIGSTOP');
    const startedAt = performance.now();

    await expect(opened.queue.add([job('a')])).rejects.toThrow();

    const seconds = (performance.now() - startedAt) / 1000;
    process.kill(redis.pid, 'SIGCONT');
    expect(seconds).toBeLessThan(5);
  });

  it('says that a job was not added when Redis is gone', async () => {
    await redis.stop();

    await expect(opened.queue.add([job('a')])).rejects.toThrow();
  });

  it('goes on with later jobs when what waited was flushed', async () => {
    const client = new Redis(redis.url);
    await add(opened.queue, job('lost'));
    await client.flushall();
    client.disconnect();
    const taken: string[] = [];
    opened.queue.consume(([wakeUp]) => {
      taken.push(wakeUp!.id);
      return Promise.resolve();
    });

    await add(opened.queue, job('later'));

    await eventually(() => taken, { until: ({ length }) => length === 1, timeoutMs: 15_000 });
    expect(taken).toEqual(['later']);
  });

  it('never loses a job in silence when the script cache is lost', async () => {
    const client = new Redis(redis.url);
    const taken = new Set<string>();
    opened.queue.consume((wakeUps) => {
      for (const { id } of wakeUps) taken.add(id);
      return Promise.resolve();
    });
    const added: string[] = [];
    for (let n = 0; n < 30; n += 1) {
      await client.script('FLUSH');
      await opened.queue.add([job(`d${n}`)]).then(
        () => added.push(`d${n}`),
        () => undefined,
      );
    }
    client.disconnect();

    await eventually(() => added.filter((id) => !taken.has(id)), {
      until: ({ length }) => length === 0,
      timeoutMs: 15_000,
    });
    expect(added.length).toBeGreaterThan(0);
  });

  it('leaves nothing of its jobs in Redis', async () => {
    let count = 0;
    opened.queue.consume(() => {
      count += 1;
      return Promise.resolve();
    });
    await add(opened.queue, ...Array.from({ length: 100 }, (_, n) => job(`d${n}`)));
    await eventually(() => count, { until: (taken) => taken === 100 });
    const client = new Redis(redis.url);

    const left = await eventually(() => client.keys(`${prefix}:${QUEUE_NAME}:*`), {
      until: (keys) => keys.length <= 4,
    });

    client.disconnect();
    expect(left.filter((key) => /:\d+(:lock)?$/.test(key))).toEqual([]);
  });
});
