import { jest } from '@jest/globals';
import { MARK } from '../../src/live/domain/batch.js';
import { RedisLog } from '../../src/live/redis-log.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { eventually } from '../support/eventually.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { aBatch, anAccepted } from '../support/live-messages.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { silentLogger } from '../support/silent-logger.js';

const PREFIX = 'webhooks';
/** More than the log keeps of one tenant; and more still, in which it certainly looks at its size. */
const TOO_MANY_BYTES = 80_000_000;
const FAR_TOO_MANY_BYTES = 3 * TOO_MANY_BYTES;
const LARGE_BYTES = 400_000;

describe('a live log whose Cluster is away', () => {
  it('refuses everything, and keeps nothing waiting', async () => {
    const cluster = await RedisCluster.start(1);
    const log = new RedisLog({ redisUrl: cluster.url, queuePrefix: PREFIX }, silentLogger, new SystemClock());
    await log.append('one', MARK);
    await cluster.stop();

    await eventually(() => expect(log.append('one', MARK)).rejects.toThrow());
    await expect(log.announce(['one'])).rejects.toThrow();
    await expect(log.list('one', '0-0', 1)).rejects.toThrow();
    await expect(log.read(new Map([['one', '0-0']]), 50)).rejects.toThrow();
    log.close();
  });
});

describe('a live log whose Redis is disturbed', () => {
  let redis: FaultyRedis;
  const logs: RedisLog[] = [];

  beforeEach(async () => {
    redis = await FaultyRedis.start();
  });

  afterEach(async () => {
    jest.useRealTimers();
    for (const log of logs.splice(0)) log.close();
    await redis.stop();
  });

  const open = (redisUrl = redis.url): RedisLog => {
    const log = new RedisLog({ redisUrl, queuePrefix: PREFIX }, silentLogger, new SystemClock());
    logs.push(log);
    return log;
  };

  it('hears announcements once Redis allows it, on the same connection', async () => {
    // The log tries again every few seconds.
    jest.useFakeTimers({
      doNotFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'nextTick', 'queueMicrotask', 'Date', 'performance'],
    });
    await redis.command('ACL', 'SETUSER', 'deaf', 'on', '>password', '~*', '+@all', 'resetchannels');
    const [log, other] = [open(redis.url.replace('//', '//deaf:password@')), open()];
    const watched: string[] = [];
    log.onWatched = (tenantId) => watched.push(tenantId);
    await log.start();
    expect(log.isReachable).toBe(false);

    await redis.command('ACL', 'SETUSER', 'deaf', 'allchannels');

    await eventually(() => {
      jest.advanceTimersByTime(5000);
      expect(log.isReachable).toBe(true);
    });
    await other.announce(['one']);
    await eventually(() => watched, { until: ({ length }) => length > 0 });
  });

  it('says since when it may have missed that a tenant has viewers', async () => {
    const [log, other] = [open(), open()];
    const watched: [tenantId: string, missedSinceMs: number | null][] = [];
    log.onWatched = (...announced) => watched.push(announced);
    await other.announce(['one']);
    redis.freeze();
    await log.start();
    const startedAtMs = Date.now();

    await redis.thaw();

    const [first] = await eventually(() => watched, { until: ({ length }) => length > 0 });
    expect(first).toEqual(['one', expect.any(Number)]);
    expect(first![1]).toBeLessThanOrEqual(startedAtMs);
  });

  it('drops the older half of what would take too much of its memory', async () => {
    const log = open();
    const large = aBatch([anAccepted('evt_1', 'x'.repeat(LARGE_BYTES))]);
    const first = await log.append('one', MARK);
    let last = first;

    let written = 0;
    while (written < TOO_MANY_BYTES || (written < FAR_TOO_MANY_BYTES && (await log.has('one', first)))) {
      last = await log.append('one', large);
      written += LARGE_BYTES;
    }

    expect(await log.has('one', first)).toBe(false);
    expect(await log.has('one', last)).toBe(true);
  });
});
