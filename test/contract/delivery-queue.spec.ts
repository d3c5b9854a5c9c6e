import { Redis } from 'ioredis';
import type { DeliveryQueue } from '../../src/delivery/queue/delivery-queue.js';
import { MemoryQueue } from '../../src/delivery/queue/memory-queue.js';
import { eventually } from '../support/eventually.js';
import { addSoon, aJob, Consumer, nameOf, openBull } from '../support/queues.js';
import { testRedisUrl, uniquePrefix } from '../support/test-redis.js';

/** One queue, and what a process does with it. */
interface Adapter {
  readonly queue: DeliveryQueue;
  /** The queue as a process that starts now finds it. */
  readonly reopen: () => DeliveryQueue;
  /** What the queue still stores of jobs. */
  readonly remains: () => Promise<string[]>;
  readonly close: () => Promise<void>;
}

function memory(): Adapter {
  const queue = new MemoryQueue();
  return {
    queue,
    reopen: () => queue,
    remains: async () => Array<string>(await queue.depth()).fill('a job'),
    // There is nothing to close.
    close: () => Promise.resolve(),
  };
}

const bull = (shards: number) => (): Adapter => {
  const prefix = uniquePrefix();
  const queues = [openBull(testRedisUrl(), prefix, { queueShards: shards })];
  const redis = new Redis(testRedisUrl());
  return {
    queue: queues[0]!,
    reopen: () => {
      const queue = openBull(testRedisUrl(), prefix, { queueShards: shards });
      queues.push(queue);
      return queue;
    },
    // Bull also keeps the last id it gave, and notes of its own.
    remains: async () => {
      const keys = await redis.keys(`${prefix}:deliveries*`);
      return keys.filter((key) => /:(\d+|\d+:lock|wait|active|paused|completed|failed|delayed|priority)$/.test(key));
    },
    close: async () => {
      await Promise.all(queues.map((queue) => queue.onApplicationShutdown()));
      redis.disconnect();
    },
  };
};

describe.each([
  ['in process memory', memory],
  ['Bull on real Redis', bull(1)],
  ['Bull on real Redis, spread over three queues', bull(3)],
])('the queue of deliveries: %s', (_name, open) => {
  let adapter: Adapter;
  let queue: DeliveryQueue;
  let consumer: Consumer;

  const start = (): void => {
    adapter = open();
    queue = adapter.queue;
    consumer = new Consumer();
  };

  beforeEach(start);

  afterEach(() => adapter.close());

  it('passes each job to the consumer unchanged, in the groups in which its wake-ups were added', async () => {
    const jobs = [aJob('a', 'b', 'c'), aJob('d')];
    queue.consume(consumer.take);
    await addSoon(queue, ...jobs);
    await addSoon(queue, aJob('e', 'f'));
    await consumer.took(3);
    expect(consumer.jobs.sort((a, b) => (nameOf(a[0]!) < nameOf(b[0]!) ? -1 : 1))).toEqual([...jobs, aJob('e', 'f')]);
  });

  it('passes on a job of fifty wake-ups', async () => {
    const job = aJob(...Array.from({ length: 50 }, (_, n) => `d${n}`));
    queue.consume(consumer.take);
    await addSoon(queue, job);
    await consumer.took(1);
    expect(consumer.jobs).toEqual([job]);
  });

  it('counts the waiting jobs, and gives them to a consumer that comes later', async () => {
    await addSoon(queue, aJob('a', 'b'), aJob('c'));
    await addSoon(queue, aJob('d'));
    expect(await queue.depth()).toBe(3);

    queue.consume(consumer.take);

    await consumer.took(3);
    expect(consumer.names).toEqual(['a', 'b', 'c', 'd']);
    expect(await queue.depth()).toBe(0);
    expect((await queue.look()).reduce((sum, { taken }) => sum + taken, 0)).toBe(3);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('bad job'))],
    [
      'throws',
      () => {
        throw new Error('bad job');
      },
    ],
  ])('continues after a job whose handler %s, and does not repeat the job', async (_, fail) => {
    queue.consume((wakeUps) => {
      const taken = consumer.take(wakeUps);
      return nameOf(wakeUps[0]!) === 'bad' ? fail() : taken;
    });
    await addSoon(queue, aJob('bad'));
    await consumer.took(1);
    await addSoon(queue, aJob('good'));
    await consumer.took(2);
    expect(consumer.names).toEqual(['bad', 'good']);
    expect(await eventually(adapter.remains, { until: ({ length }) => length === 0 })).toEqual([]);
  });

  it('takes no more jobs once told to stop, and leaves them to the next consumer', async () => {
    queue.consume(consumer.take);
    await addSoon(queue, aJob('a'));
    await consumer.took(1);
    await queue.stopConsuming();

    await addSoon(queue, aJob('b'));
    const next = new Consumer();
    adapter.reopen().consume(next.take);
    await next.took(1);
    expect(next.names).toEqual(['b']);
    expect(consumer.names).toEqual(['a']);
  });

  it('stops even if a job does not end', async () => {
    let release = (): void => undefined;
    queue.consume(async (wakeUps) => {
      await consumer.take(wakeUps);
      await new Promise<void>((resolve) => (release = resolve));
    });
    await addSoon(queue, aJob('endless'));
    await consumer.took(1);
    try {
      let isStopped = false;
      void queue.stopConsuming().then(() => (isStopped = true));
      await eventually(() => isStopped, { until: (is) => is });
    } finally {
      release();
    }
  });

  it('keeps nothing of finished jobs', async () => {
    queue.consume(consumer.take);
    await addSoon(queue, ...Array.from({ length: 100 }, (_, n) => aJob(`d${n}`)));
    await consumer.took(100);
    expect(new Set(consumer.names).size).toBe(100);
    expect(await eventually(adapter.remains, { until: ({ length }) => length === 0 })).toEqual([]);
    expect(await queue.depth()).toBe(0);
  });
});
