import type { RedisOptions } from 'ioredis';
import type { BullClients } from '../../src/delivery/queue/bull-clients.js';
import { producerOptions } from '../../src/delivery/queue/bull-options.js';
import type { BullQueue } from '../../src/delivery/queue/bull-queue.js';
import type { Logger } from '../../src/shared/logging/logger.js';
import { eventually } from '../support/eventually.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { silentLogger } from '../support/silent-logger.js';
import { addSoon, aJob, Consumer, openBull } from '../support/queues.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { uniquePrefix } from '../support/test-redis.js';

describe('the Bull queue of deliveries, on a real Redis that fails', () => {
  let redis: FaultyRedis;
  let prefix: string;
  let queue: BullQueue;
  let consumer: Consumer;
  let opened: BullQueue[];

  const open = (...[url, ownPrefix, given]: Parameters<typeof openBull>): BullQueue => {
    const bull = openBull(url, ownPrefix, given);
    opened.push(bull);
    return bull;
  };
  /** A connected client that gives up on Redis as the service does. */
  const openImpatient = async (url: string): Promise<BullQueue> => {
    const impatient = open(url, prefix, { failsFast: true });
    await eventually(() => impatient.depth());
    return impatient;
  };

  beforeEach(async () => {
    opened = [];
    redis = await FaultyRedis.start();
    prefix = uniquePrefix();
    queue = open(redis.url, prefix);
    consumer = new Consumer();
    await addSoon(queue, aJob('first'));
  });

  afterEach(async () => {
    await redis.thaw();
    await Promise.all(opened.map((bull) => bull.onApplicationShutdown()));
    await redis.stop();
  });

  it.each(['freeze', 'kill'] as const)('reports failed additions while Redis is away, after a %s', async (harm) => {
    const impatient = await openImpatient(redis.url);
    redis[harm]();
    await expect(impatient.add([aJob('a'), aJob('b')])).rejects.toThrow();
    await expect(impatient.add([aJob('c')])).rejects.toThrow();
    await expect(impatient.depth()).rejects.toThrow();
  });

  it('adds through a client that gives up on a command after a second', () => {
    const opened: RedisOptions[] = [];
    const openShared = (options: RedisOptions): void => void opened.push(options);
    producerOptions({ name: 'any', prefix }, { openShared } as unknown as BullClients).createClient?.('client');
    expect(opened).toEqual([expect.objectContaining({ commandTimeout: 1000, enableOfflineQueue: false })]);
  });

  it('reports a Redis that has never answered, and adds once it answers', async () => {
    redis.freeze();
    const late = open(redis.url, uniquePrefix(), { failsFast: true });
    await expect(late.add([aJob('a')])).rejects.toThrow();
    await redis.thaw();
    await eventually(() => late.add([aJob('b')]));
    late.consume(consumer.take);
    await consumer.took(1);
    expect(consumer.names).toContain('b');
  });

  it('delivers to the same consumer again after Redis was frozen for a while', async () => {
    const impatient = await openImpatient(redis.url);
    impatient.consume(consumer.take);
    await consumer.took(1);
    redis.freeze();
    await expect(impatient.add([aJob('lost, maybe')])).rejects.toThrow();
    await redis.thaw();
    await eventually(() => impatient.add([aJob('later')]));
    await eventually(() => consumer.names, { until: (ids) => ids.includes('later') });
  });

  it('adds again over a new connection when the old one no longer forwards anything', async () => {
    const proxy = await TcpProxy.start(Number(new URL(redis.url).port));
    try {
      const behind = await openImpatient(proxy.url);
      proxy.halfOpen();
      await expect(behind.add([aJob('lost, maybe')])).rejects.toThrow();
      await eventually(() => behind.add([aJob('after')]), { timeoutMs: 20_000 });
      // A job that was given up may have been added, and is then added twice.
      queue.consume(consumer.take);
      await consumer.took(2);
      expect(new Set(consumer.names)).toEqual(new Set(['after', 'first']));
    } finally {
      await proxy.stop();
    }
  });

  it.each(['freeze', 'kill'] as const)('stops taking jobs while Redis is away, after a %s', async (harm) => {
    queue.consume(consumer.take);
    await consumer.took(1);
    redis[harm]();
    let isStopped = false;
    void queue.stopConsuming().then(() => (isStopped = true));
    await eventually(() => isStopped, { until: Boolean });
  });

  it('stops without an unhandled error while Redis is gone and a job still runs', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    queue.consume(async (wakeUps) => {
      await consumer.take(wakeUps);
      await released;
    });
    await consumer.took(1);
    redis.kill();

    // Jest fails on a rejection that nothing handles.
    await queue.stopConsuming();
    release();

    expect(consumer.names).toEqual(['first']);
  });

  it('is closed before it has connected without an unhandled error, and reports none', async () => {
    const reported: unknown[] = [];
    const report =
      (level: string) =>
      (_fields: unknown, message: unknown): void =>
        void reported.push(`${level} ${String(message)}`);
    const logger = { ...silentLogger, debug: report('debug'), error: report('error') } as Logger;
    const early = open(redis.url, uniquePrefix(), { logger });
    early.consume(consumer.take);

    // Jest fails on a rejection that nothing handles.
    await early.onApplicationShutdown();

    const ends = () => reported.filter((each) => String(each).endsWith('queue.consumer_ended'));
    await eventually(ends, { until: ({ length }) => length > 0 });
    expect(ends()).toEqual(['debug queue.consumer_ended']);
  });

  it('takes later jobs with the same consumer when Redis is flushed while it waits for jobs', async () => {
    queue.consume(consumer.take);
    await consumer.took(1);
    await redis.command('FLUSHALL');
    await addSoon(queue, aJob('a', 'b'));
    await consumer.took(2);
    expect(consumer.names).toEqual(['a', 'b', 'first']);
  });

  it('leaves nothing behind of a job that was being taken when Redis was flushed', async () => {
    const ownPrefix = uniquePrefix();
    const whileTaking = (): Promise<unknown> => redis.command('FLUSHALL');
    const flushed = open(redis.url, ownPrefix, { whileTaking });
    // The next job does not get its number.
    await redis.command('SET', `${ownPrefix}:deliveries:id`, '41');
    await addSoon(flushed, aJob('flushed'));
    flushed.consume(consumer.take);
    await addSoon(flushed, aJob('later'));
    await eventually(() => consumer.names, { until: (ids) => ids.includes('later') });

    // Its lock expires by itself.
    await eventually(() => redis.command('EXISTS', `${ownPrefix}:deliveries:42`), { until: (count) => count === 0 });
  });

  it('takes later jobs when Redis is flushed while jobs wait and run', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    queue.consume(async (wakeUps) => {
      await consumer.take(wakeUps);
      await released;
    });
    await addSoon(queue, ...Array.from({ length: 30 }, (_, n) => aJob(`d${n}`)));
    // The consumer has no free slot: the other jobs wait in Redis.
    await consumer.took(8);
    await redis.command('FLUSHALL');
    release();

    await addSoon(queue, aJob('later'));

    await eventually(() => consumer.names, { until: (ids) => ids.includes('later'), timeoutMs: 20_000 });
    expect(await queue.depth()).toBe(0);
  });

  it('never loses a job silently when the script cache is lost', async () => {
    queue.consume(consumer.take);
    const added: string[] = [];
    for (let n = 0; n < 30; n += 1) {
      await redis.command('SCRIPT', 'FLUSH');
      await queue.add([aJob(`one ${n}`), aJob(`two ${n}`)]).then(
        () => added.push(`one ${n}`, `two ${n}`),
        () => undefined,
      );
    }
    const missing = (): string[] => ['first', ...added].filter((id) => !consumer.names.includes(id));
    expect(await eventually(missing, { until: ({ length }) => length === 0, timeoutMs: 20_000 })).toEqual([]);
  });

  describe('holding what no version of this service wrote', () => {
    /** One line of the log: which job, and what is wrong with it. */
    let warned: unknown[];
    let ownPrefix: string;
    let strange: BullQueue;

    beforeEach(async () => {
      warned = [];
      const warn = (fields: unknown, message: unknown): void => void warned.push([message, fields]);
      ownPrefix = uniquePrefix();
      strange = open(redis.url, ownPrefix, { logger: { ...silentLogger, warn } as Logger });
      await eventually(() => strange.depth());
    });

    const put = async (id: string, hash: Readonly<Record<string, string>>): Promise<void> => {
      await redis.command('HSET', `${ownPrefix}:deliveries:${id}`, ...Object.entries(hash).flat());
      await redis.command('LPUSH', `${ownPrefix}:deliveries:wait`, id);
    };

    it('reports each bad job once, uses the valid wake-ups and drops the others', async () => {
      const [good] = aJob('good');
      const triple = [good!.id, good!.subscriptionId, 0, good!.tenantId];
      await put('101', { name: '__default__', opts: '{}', data: '{"d":[[null,null,null]]}' });
      await put('102', { name: '__default__', opts: '{}', data: JSON.stringify({ d: [[1, 2, 3], triple, 'x', []] }) });
      await put('103', { name: 'another', opts: 'null', data: '[]' });

      strange.consume(consumer.take);
      await addSoon(strange, aJob('later'));

      await eventually(() => consumer.names, { until: ({ length }) => length >= 2 });
      expect(consumer.names).toEqual(['good', 'later']);
      await eventually(() => warned, { until: ({ length }) => length === 3 });
      const malformed = (job_id: string, reason: string) => ['job.malformed', { job_id, reason }];
      expect(warned).toEqual([
        malformed('101', 'has a wake-up with an invalid delivery id'),
        malformed('102', 'has a wake-up with an invalid delivery id'),
        malformed('103', 'has no list of wake-ups'),
      ]);
      for (const id of ['101', '102', '103']) {
        await eventually(() => redis.command('EXISTS', `${ownPrefix}:deliveries:${id}`), { until: (n) => n === 0 });
      }
    });

    it('keeps taking jobs, however many of them cannot even be parsed', async () => {
      for (let id = 201; id <= 220; id += 1) await put(`${id}`, { name: 'x', opts: '{', data: '{not json' });

      strange.consume(consumer.take);
      await addSoon(strange, aJob('later'));

      await consumer.took(1);
      expect(warned).toHaveLength(20);
    });
  });

  it('adds again after the script cache was lost', async () => {
    queue.consume(consumer.take);
    await redis.command('SCRIPT', 'FLUSH');
    await queue.add([aJob('first after it')]).catch(() => undefined);
    await queue.add([aJob('a'), aJob('b')]);
    await eventually(() => consumer.names, { until: (ids) => ids.includes('a') && ids.includes('b') });
  });
});
