import { setImmediate as nextTurn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Rate } from '../../src/access/domain/token-bucket.js';
import { LocalQuota } from '../../src/access/quota/local-quota.js';
import type { PublishQuota, QuotaAnswer } from '../../src/access/quota/publish-quota.js';
import { RedisQuota } from '../../src/access/quota/redis-quota.js';
import { connectRedis, FAIL_FAST } from '../../src/shared/redis/redis.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { eventually } from '../support/eventually.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { Refill } from '../support/refill.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoppableClock } from '../support/stoppable-clock.js';
import { testRedisUrl, uniquePrefix } from '../support/test-redis.js';

/** The command that `RedisQuota` defines on its client. */
interface TakesTokens {
  takeTokens: () => unknown;
}

/** Longer than this machine stands still: a quota that gives up on Redis counts for itself. */
const PATIENCE_MS = 10_000;
/** The limit that the service uses. */
const COMMAND_TIMEOUT_MS = 100;

let opened: { quota: RedisQuota; redis: Redis }[] = [];

/** Opens the quota of one process. */
async function openRedisQuota(
  url: string,
  prefix: string,
  clock: { monotonicMs: () => number } = new SystemClock(),
): Promise<RedisQuota> {
  const redis = connectRedis(url, { ...FAIL_FAST, commandTimeout: PATIENCE_MS }, silentLogger, 'test');
  const quota = new RedisQuota(redis, prefix, clock);
  opened.push({ quota, redis });
  await eventually(() => redis.ping());
  return quota;
}

/** No token is added while a test lasts. */
const SLOW = { perSecond: 0.01 };

async function take(quota: PublishQuota, tenant: string, rate: Rate, count: number): Promise<QuotaAnswer[]> {
  return Promise.all(Array.from({ length: count }, async () => quota.take(tenant, rate)));
}

const grantedOf = (answers: QuotaAnswer[]): number => answers.filter(({ isGranted }) => isGranted).length;

/** How long every quota of the test waits for Redis from now on. */
function waitFor(commandTimeout: number): void {
  for (const { redis } of opened) redis.options.commandTimeout = commandTimeout;
}

function closeQuotas(): void {
  for (const { quota } of opened) quota.onApplicationShutdown();
  opened = [];
}

afterEach(closeQuotas);

describe.each<[string, () => PublishQuota | Promise<PublishQuota>]>([
  ['in process memory', () => new LocalQuota(new SystemClock())],
  ['on real Redis', () => openRedisQuota(testRedisUrl(), uniquePrefix())],
])('the quota of events: %s', (_, open) => {
  let quota: PublishQuota;

  beforeEach(async () => {
    quota = await open();
  });

  it('grants the whole burst at once, reports what is left and refuses the rest', async () => {
    const answers = await take(quota, 'a', { ...SLOW, burst: 20 }, 30);

    expect(answers.map(({ isGranted }) => isGranted)).toEqual(Array.from({ length: 30 }, (__, n) => n < 20));
    expect(answers.map(({ remaining }) => remaining)).toEqual(
      Array.from({ length: 30 }, (__, n) => Math.max(0, 19 - n)),
    );
  });

  it('grants tokens one by one just as well', async () => {
    const answers: QuotaAnswer[] = [];
    for (let n = 0; n < 30; n += 1) answers.push(await quota.take('a', { ...SLOW, burst: 20 }));

    expect(grantedOf(answers)).toBe(20);
    expect(answers.slice(0, 20).map(({ remaining }) => remaining)).toEqual(
      Array.from({ length: 20 }, (__, n) => 19 - n),
    );
  });

  it('refills at the rate, up to the burst', async () => {
    const rate = { perSecond: 10, burst: 3 };
    const sinceStart = new Refill(rate);
    const drained = grantedOf(await take(quota, 'a', rate, 10));
    expect(drained).toBeGreaterThanOrEqual(3);
    expect(drained).toBeLessThanOrEqual(3 + sinceStart.tokens());

    await eventually(() => quota.take('a', rate), { until: ({ isGranted }) => isGranted, intervalMs: 5 });
    expect(drained + 1).toBeLessThanOrEqual(3 + sinceStart.tokens());

    // The calls are so far apart that the bucket is full each time: one token is taken, and two are left.
    let sinceFull = new Refill(rate);
    const again = (): QuotaAnswer | Promise<QuotaAnswer> => {
      sinceFull = new Refill(rate);
      return quota.take('a', rate);
    };
    await eventually(again, { until: ({ remaining }) => remaining === 2, intervalMs: 400 });
    const later = grantedOf(await take(quota, 'a', rate, 10));
    expect(later).toBeGreaterThanOrEqual(2);
    expect(later).toBeLessThanOrEqual(2 + sinceFull.tokens());
  });

  it('grants neither more nor less than the rate to a tenant that asks all the time', async () => {
    // Takes ten seconds' worth at once: this machine may stand still that long without a token spilling over.
    const rate = { perSecond: 400, burst: 4000 };
    const sinceStart = new Refill(rate);
    let granted = grantedOf(await take(quota, 'a', rate, rate.burst));
    const sinceDrained = new Refill(rate);
    while (granted < rate.burst + 200) {
      granted += grantedOf(await take(quota, 'a', rate, 4));
      await nextTurn();
    }

    // However slow the calls were, this is all that has accumulated.
    const least = rate.burst + sinceDrained.tokens();
    granted += grantedOf(await take(quota, 'a', rate, rate.burst));

    expect(granted).toBeLessThanOrEqual(rate.burst + sinceStart.tokens() + 1);
    // A twentieth of a second's worth is fetched ahead, and may be on the way.
    expect(granted).toBeGreaterThan(least - 40);
  });

  it('counts each tenant separately', async () => {
    const rate = { ...SLOW, burst: 5 };
    await take(quota, 'a', rate, 10);

    expect(grantedOf(await take(quota, 'b', rate, 10))).toBe(5);
    expect(grantedOf(await take(quota, 'a', rate, 10))).toBe(0);
  });

  it('obeys a lowered limit at once, and a raised one', async () => {
    await take(quota, 'a', { ...SLOW, burst: 100 }, 10);

    expect(grantedOf(await take(quota, 'a', { ...SLOW, burst: 5 }, 20))).toBe(5);
    expect(grantedOf(await take(quota, 'a', { ...SLOW, burst: 100 }, 20))).toBe(0);
    const raised = () => quota.take('a', { perSecond: 1000, burst: 100 });
    await eventually(raised, { until: ({ isGranted }) => isGranted });
  });
});

describe('the quota of events on real Redis', () => {
  it.each([
    { perSecond: 1, burst: 20 },
    // Enough to be fetched ahead.
    { perSecond: 200, burst: 200 },
  ])('is shared by all processes: %j', async (rate) => {
    const prefix = uniquePrefix();
    const quotas = [await openRedisQuota(testRedisUrl(), prefix), await openRedisQuota(testRedisUrl(), prefix)];
    const sinceStart = new Refill(rate);

    const answers = await Promise.all(quotas.map((quota) => take(quota, 'a', rate, rate.burst)));

    const granted = grantedOf(answers.flat());
    expect(granted).toBeGreaterThanOrEqual(rate.burst);
    expect(granted).toBeLessThanOrEqual(rate.burst + Math.ceil(sinceStart.tokens()));
  });

  it('takes no more tokens than are used where events are rare', async () => {
    let nowMs = 0;
    const quota = await openRedisQuota(testRedisUrl(), uniquePrefix(), { monotonicMs: () => nowMs });
    const answers: QuotaAnswer[] = [];

    // Each event comes after the tokens fetched ahead for the previous one have expired.
    for (let n = 0; n < 100; n += 1) {
      nowMs += 60;
      answers.push(await quota.take('a', { perSecond: 100, burst: 100 }));
    }

    expect(grantedOf(answers)).toBe(100);
    expect(answers[49]!.remaining).toBeGreaterThanOrEqual(50);
  });

  it('keeps nothing of tenants that no longer publish', async () => {
    const prefix = uniquePrefix();
    const redis = new Redis(testRedisUrl());
    const quota = await openRedisQuota(testRedisUrl(), prefix);
    // Half a second until the bucket would be full, and one more.
    await take(quota, 'a', { perSecond: 8, burst: 4 }, 1);
    const keys = () => redis.keys(`${prefix}*`);
    const [key] = await keys();
    expect(key).toBeDefined();
    expect(await redis.pttl(key!)).toBeLessThanOrEqual(1500);

    await eventually(keys, { until: ({ length }) => length === 0 });
    redis.disconnect();
  });

  it.each([
    ['texts', { tokens: 'many', at: 'now' }],
    ['values that are not numbers', { tokens: 'nan', at: 'nan' }],
    ['negative numbers', { tokens: '-1e300', at: '-1e300' }],
    ['infinite numbers', { tokens: 'inf', at: '1e300' }],
    ['another kind of bucket', { level: '3' }],
  ])('keeps counting where Redis holds %s', async (_, bucket) => {
    const prefix = uniquePrefix();
    const redis = new Redis(testRedisUrl());
    await redis.hset(`${prefix}:quota:a`, bucket);
    redis.disconnect();
    const quota = await openRedisQuota(testRedisUrl(), prefix);
    expect(grantedOf(await take(quota, 'a', { ...SLOW, burst: 5 }, 10))).toBe(5);
    expect(grantedOf(await take(quota, 'a', { ...SLOW, burst: 5 }, 10))).toBe(0);
  });

  it('keeps counting where Redis holds no bucket at all', async () => {
    const prefix = uniquePrefix();
    const redis = new Redis(testRedisUrl());
    await redis.lpush(`${prefix}:quota:a`, 'x');
    redis.disconnect();
    const quotas = [await openRedisQuota(testRedisUrl(), prefix), await openRedisQuota(testRedisUrl(), prefix)];
    const answers = await Promise.all(quotas.map((quota) => take(quota, 'a', { ...SLOW, burst: 5 }, 5)));
    expect(grantedOf(answers.flat())).toBe(5);
  });

  it.each([null, 'OK', [], [1], ['1', '2'], [-1, 0], [0.5, 1], [Infinity, 0]])(
    'counts in the process when Redis answers %j',
    async (answer) => {
      const redis = {
        defineCommand: () => undefined,
        takeTokens: () => Promise.resolve(answer),
        disconnect: () => undefined,
      };
      const quota = new RedisQuota(redis as unknown as Redis, 'any', new SystemClock());
      expect(grantedOf(await take(quota, 'a', { ...SLOW, burst: 5 }, 10))).toBe(5);
    },
  );

  describe('while Redis is away', () => {
    let redis: FaultyRedis;

    beforeEach(async () => {
      redis = await FaultyRedis.start();
    });

    afterEach(() => redis.stop());

    it.each<[string, () => void]>([
      ['frozen', () => { redis.freeze(); }], // prettier-ignore
      ['killed', () => { redis.kill(); }], // prettier-ignore
    ])('counts in each process: %s', async (_, harm) => {
      const rate = { ...SLOW, burst: 20 };
      const prefix = uniquePrefix();
      const clock = new StoppableClock();
      const quotas = [await openRedisQuota(redis.url, prefix, clock), await openRedisQuota(redis.url, prefix, clock)];
      expect(grantedOf(await take(quotas[0]!, 'a', rate, 30))).toBe(20);
      waitFor(COMMAND_TIMEOUT_MS);
      const asked = opened.map(({ redis: client }) => jest.spyOn(client as unknown as TakesTokens, 'takeTokens'));

      harm();
      clock.stop();
      const answers = await Promise.all(quotas.map((quota) => take(quota, 'a', rate, 30)));
      for (const ofOne of answers) expect(grantedOf(ofOne)).toBe(20);
      for (const each of asked) expect(each).toHaveBeenCalledTimes(1);

      // What they learn about Redis spares the next calls the wait.
      for (const quota of quotas) await take(quota, 'a', rate, 100);
      for (const each of asked) expect(each).toHaveBeenCalledTimes(1);
    });

    it('keeps counting when Redis is back without its scripts', async () => {
      const prefix = uniquePrefix();
      const quotas = [await openRedisQuota(redis.url, prefix), await openRedisQuota(redis.url, prefix)] as const;
      // Both have sent the script by now, and send its digest from here on.
      for (const quota of quotas) expect(grantedOf(await take(quota, 'a', { ...SLOW, burst: 5 }, 1))).toBe(1);
      await redis.command('SCRIPT', 'FLUSH');
      expect(grantedOf(await take(quotas[1], 'a', { ...SLOW, burst: 5 }, 5))).toBe(3);
    });

    it('asks Redis again when it is back', async () => {
      const prefix = uniquePrefix();
      const quotas = [await openRedisQuota(redis.url, prefix), await openRedisQuota(redis.url, prefix)];
      const rate = { ...SLOW, burst: 20 };
      waitFor(COMMAND_TIMEOUT_MS);
      redis.freeze();
      await Promise.all(quotas.map((quota) => take(quota, 'away', rate, 1)));

      await redis.thaw();
      waitFor(PATIENCE_MS);

      const sharedBy = async (tenant: string): Promise<number> =>
        grantedOf((await Promise.all(quotas.map((quota) => take(quota, tenant, rate, 20)))).flat());
      let tenants = 0;
      await eventually(() => sharedBy(`t-${(tenants += 1)}`), { until: (granted) => granted === 20, intervalMs: 100 }); // prettier-ignore
    });
  });
});
