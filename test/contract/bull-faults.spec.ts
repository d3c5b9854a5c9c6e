import type { BullQueue } from '../../src/delivery/queue/bull-queue.js';
import { eventually } from '../support/eventually.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { addSoon, aJob, Consumer, openBull } from '../support/queues.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { uniquePrefix } from '../support/test-redis.js';

/** An add or a look must have failed by then; the design says about a second. */
const FAILS_WITHIN_MS = 2000;

describe('the queue of deliveries: Bull on a real Redis that fails', () => {
  let redis: FaultyRedis;
  let queue: BullQueue;
  let consumer: Consumer;

  beforeEach(async () => {
    redis = await FaultyRedis.start();
    queue = openBull(redis.url, uniquePrefix());
    consumer = new Consumer();
    await addSoon(queue, aJob('first'));
  });

  afterEach(async () => {
    await redis.thaw();
    await queue.onApplicationShutdown();
    await redis.stop();
  });

  async function failsSoon(work: () => Promise<unknown>): Promise<void> {
    const startedAt = performance.now();
    await expect(work()).rejects.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(FAILS_WITHIN_MS);
  }

  it.each(['freeze', 'kill'] as const)('says soon that it could not add, after a %s', async (harm) => {
    redis[harm]();
    await failsSoon(() => queue.add([aJob('a'), aJob('b')]));
    await failsSoon(() => queue.add([aJob('c')]));
    await failsSoon(() => queue.depth());
  });

  it('says so when Redis did not answer from the beginning, and adds when it does', async () => {
    redis.freeze();
    const late = openBull(redis.url, uniquePrefix());
    try {
      await failsSoon(() => late.add([aJob('a')]));
      await redis.thaw();
      await addSoon(late, aJob('b'));
      late.consume(consumer.take);
      await consumer.took(1);
      expect(consumer.ids).toContain('b');
    } finally {
      await redis.thaw();
      await late.onApplicationShutdown();
    }
  });

  it('delivers again, to the same consumer, when Redis has been frozen for a while', async () => {
    queue.consume(consumer.take);
    await consumer.took(1);
    redis.freeze();
    await failsSoon(() => queue.add([aJob('lost, maybe')]));
    await redis.thaw();
    await addSoon(queue, aJob('later'));
    await eventually(() => consumer.ids, { until: (ids) => ids.includes('later') });
  });

  it('adds again, over a new connection, when the old one forwards nothing any more', async () => {
    const proxy = await TcpProxy.start(Number(new URL(redis.url).port));
    const behind = openBull(proxy.url, uniquePrefix());
    try {
      await addSoon(behind, aJob('before'));
      proxy.halfOpen();
      await failsSoon(() => behind.add([aJob('lost, maybe')]));
      await eventually(() => behind.add([aJob('after')]), { timeoutMs: 20_000 });
      expect(await behind.depth()).toBe(2);
    } finally {
      await behind.onApplicationShutdown();
      await proxy.stop();
    }
  });

  it.each(['freeze', 'kill'] as const)('stops taking jobs within some seconds, after a %s', async (harm) => {
    queue.consume(consumer.take);
    await consumer.took(1);
    redis[harm]();
    const startedAt = performance.now();
    await queue.stopConsuming();
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it('takes later jobs, with the same consumer, when Redis is flushed while it waits for some', async () => {
    queue.consume(consumer.take);
    await consumer.took(1);
    await redis.command('FLUSHALL');
    await addSoon(queue, aJob('a', 'b'));
    await consumer.took(2);
    expect(consumer.ids).toEqual(['a', 'b', 'first']);
  });

  it('leaves nothing behind of a job that was being taken when Redis was flushed', async () => {
    const prefix = uniquePrefix();
    const whileTaking = (): Promise<unknown> => redis.command('FLUSHALL');
    const flushed = openBull(redis.url, prefix, { whileTaking });
    // Its number is not one that the next job gets.
    await redis.command('SET', `${prefix}:deliveries:id`, '41');
    await addSoon(flushed, aJob('flushed'));
    flushed.consume(consumer.take);
    await addSoon(flushed, aJob('later'));
    await eventually(() => consumer.ids, { until: (ids) => ids.includes('later') });

    // Its lock ends by itself.
    await eventually(() => redis.command('EXISTS', `${prefix}:deliveries:42`), { until: (count) => count === 0 });
    await flushed.onApplicationShutdown();
  });

  it('takes later jobs when Redis is flushed under waiting and running ones', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    queue.consume(async (wakeUps) => {
      await consumer.take(wakeUps);
      await released;
    });
    await addSoon(queue, ...Array.from({ length: 30 }, (_, n) => aJob(`d${n}`)));
    // All hands are full: the rest waits in Redis.
    await consumer.took(8);
    await redis.command('FLUSHALL');
    release();

    await addSoon(queue, aJob('later'));

    await eventually(() => consumer.ids, { until: (ids) => ids.includes('later'), timeoutMs: 20_000 });
    expect(await queue.depth()).toBe(0);
  });

  it('never loses a job in silence when the script cache is lost', async () => {
    queue.consume(consumer.take);
    const added: string[] = [];
    for (let n = 0; n < 30; n += 1) {
      await redis.command('SCRIPT', 'FLUSH');
      await queue.add([aJob(`one ${n}`), aJob(`two ${n}`)]).then(
        () => added.push(`one ${n}`, `two ${n}`),
        () => undefined,
      );
    }
    const missing = (): string[] => ['first', ...added].filter((id) => !consumer.ids.includes(id));
    expect(await eventually(missing, { until: ({ length }) => length === 0, timeoutMs: 20_000 })).toEqual([]);
  });

  it('adds again after the script cache was lost', async () => {
    queue.consume(consumer.take);
    await redis.command('SCRIPT', 'FLUSH');
    await queue.add([aJob('first after it')]).catch(() => undefined);
    await queue.add([aJob('a'), aJob('b')]);
    await eventually(() => consumer.ids, { until: (ids) => ids.includes('a') && ids.includes('b') });
  });
});
