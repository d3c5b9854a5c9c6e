import type { Rate } from '../../src/access/domain/token-bucket.js';
import { LocalQuota } from '../../src/access/quota/local-quota.js';
import type { PublishQuota, QuotaAnswer } from '../../src/access/quota/publish-quota.js';
import { RedisQuota } from '../../src/access/quota/redis-quota.js';
import { connectRedis, FAIL_FAST } from '../../src/shared/redis/redis.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { eventually } from '../support/eventually.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { silentLogger } from '../support/silent-logger.js';
import { testRedisUrl, uniquePrefix } from '../support/test-redis.js';

const opened: RedisQuota[] = [];

/** That of one process. */
async function openRedisQuota(
  url: string,
  prefix: string,
  clock: { monotonicMs: () => number } = new SystemClock(),
): Promise<RedisQuota> {
  const redis = connectRedis(url, { ...FAIL_FAST, commandTimeout: 100 }, silentLogger, 'test');
  const quota = new RedisQuota(redis, prefix, clock);
  opened.push(quota);
  await eventually(() => redis.ping());
  return quota;
}

async function take(quota: PublishQuota, tenant: string, rate: Rate, count: number): Promise<QuotaAnswer[]> {
  return Promise.all(Array.from({ length: count }, async () => quota.take(tenant, rate)));
}

const grantedOf = (answers: QuotaAnswer[]): number => answers.filter(({ isGranted }) => isGranted).length;

async function untilPassed(ms: number): Promise<void> {
  const startedAt = performance.now();
  await eventually(() => performance.now() - startedAt, { until: (passed) => passed >= ms, intervalMs: 5 });
}

afterEach(() => {
  for (const quota of opened.splice(0)) quota.onApplicationShutdown();
});

describe.each<[string, () => PublishQuota | Promise<PublishQuota>]>([
  ['in the memory of the process', () => new LocalQuota(new SystemClock())],
  ['on real Redis', () => openRedisQuota(testRedisUrl(), uniquePrefix())],
])('the quota of events: %s', (_, open) => {
  let quota: PublishQuota;

  beforeEach(async () => {
    quota = await open();
  });

  it('grants as many at once as the burst says, tells what is left, and refuses the rest', async () => {
    const answers = await take(quota, 'a', { perSecond: 1, burst: 20 }, 30);

    expect(answers.map(({ isGranted }) => isGranted)).toEqual(Array.from({ length: 30 }, (__, n) => n < 20));
    expect(answers.map(({ remaining }) => remaining)).toEqual(
      Array.from({ length: 30 }, (__, n) => Math.max(0, 19 - n)),
    );
  });

  it('grants them one by one just as well', async () => {
    const answers: QuotaAnswer[] = [];
    for (let n = 0; n < 30; n += 1) answers.push(await quota.take('a', { perSecond: 1, burst: 20 }));

    expect(grantedOf(answers)).toBe(20);
    expect(answers.slice(0, 20).map(({ remaining }) => remaining)).toEqual(
      Array.from({ length: 20 }, (__, n) => 19 - n),
    );
  });

  it('fills again as fast as the rate says, and no further than the burst', async () => {
    const rate = { perSecond: 10, burst: 3 };
    expect(grantedOf(await take(quota, 'a', rate, 10))).toBe(3);
    const startedAt = performance.now();

    await eventually(() => quota.take('a', rate), {
      until: ({ isGranted }) => isGranted,
      timeoutMs: 1000,
      intervalMs: 5,
    });

    expect(performance.now() - startedAt).toBeGreaterThan(90);
    await untilPassed(600);
    const later = grantedOf(await take(quota, 'a', rate, 10));
    expect(later).toBeGreaterThanOrEqual(3);
    expect(later).toBeLessThanOrEqual(4);
  });

  it('grants neither more nor less than the rate to who asks all the time', async () => {
    // Half a second's worth: so long may this machine be busy without a token spilling over.
    const rate = { perSecond: 400, burst: 200 };
    const startedAt = performance.now();
    let granted = 0;
    while (performance.now() - startedAt < 1000) {
      granted += grantedOf(await take(quota, 'a', rate, 4));
      await untilPassed(4);
    }

    // However slowly it was asked: all that has come together.
    const due = (): number => 200 + (400 * (performance.now() - startedAt)) / 1000;
    const least = due();
    granted += grantedOf(await take(quota, 'a', rate, 250));

    expect(granted).toBeLessThanOrEqual(due() + 1);
    // What is fetched ahead, a twentieth of a second, may be on the way.
    expect(granted).toBeGreaterThan(least - 40);
  });

  it('counts for each tenant apart', async () => {
    const rate = { perSecond: 1, burst: 5 };
    await take(quota, 'a', rate, 10);

    expect(grantedOf(await take(quota, 'b', rate, 10))).toBe(5);
    expect(grantedOf(await take(quota, 'a', rate, 10))).toBe(0);
  });

  it('obeys a limit that was lowered at once, and one that was raised', async () => {
    await take(quota, 'a', { perSecond: 1, burst: 100 }, 10);

    expect(grantedOf(await take(quota, 'a', { perSecond: 1, burst: 5 }, 20))).toBe(5);
    expect(grantedOf(await take(quota, 'a', { perSecond: 1, burst: 100 }, 20))).toBe(0);
    const raised = () => quota.take('a', { perSecond: 1000, burst: 100 });
    await eventually(raised, { until: ({ isGranted }) => isGranted, timeoutMs: 500 });
  });
});

describe('the quota of events on real Redis', () => {
  it.each([
    { perSecond: 1, burst: 20 },
    // So many that they are fetched ahead.
    { perSecond: 200, burst: 200 },
  ])('is one for all processes: %j', async (rate) => {
    const prefix = uniquePrefix();
    const quotas = [await openRedisQuota(testRedisUrl(), prefix), await openRedisQuota(testRedisUrl(), prefix)];
    const startedAt = performance.now();

    const answers = await Promise.all(quotas.map((quota) => take(quota, 'a', rate, rate.burst)));

    const granted = grantedOf(answers.flat());
    expect(granted).toBeGreaterThanOrEqual(rate.burst);
    expect(granted).toBeLessThanOrEqual(
      rate.burst + Math.ceil(((performance.now() - startedAt) * rate.perSecond) / 1000),
    );
  });

  it('takes no more than is used, where events come now and then', async () => {
    let nowMs = 0;
    const quota = await openRedisQuota(testRedisUrl(), uniquePrefix(), { monotonicMs: () => nowMs });
    const answers: QuotaAnswer[] = [];

    // Each comes when what was fetched ahead for the one before has grown too old.
    for (let n = 0; n < 100; n += 1) {
      nowMs += 60;
      answers.push(await quota.take('a', { perSecond: 100, burst: 100 }));
    }

    expect(grantedOf(answers)).toBe(100);
    expect(answers[49]!.remaining).toBeGreaterThanOrEqual(50);
  });

  it('keeps nothing of tenants that publish no more', async () => {
    const prefix = uniquePrefix();
    const redis = connectRedis(testRedisUrl(), FAIL_FAST, silentLogger, 'test');
    const quota = await openRedisQuota(testRedisUrl(), prefix);
    await take(quota, 'a', { perSecond: 100, burst: 10 }, 1);
    const keys = () => redis.keys(`${prefix}*`);
    expect(await keys()).toHaveLength(1);

    await eventually(keys, { until: ({ length }) => length === 0, timeoutMs: 3000 });
    redis.disconnect();
  });

  describe('that is away', () => {
    let redis: FaultyRedis;

    beforeEach(async () => {
      redis = await FaultyRedis.start();
    });

    afterEach(() => redis.stop());

    it.each<[string, () => void]>([
      ['frozen', () => { redis.freeze(); }], // prettier-ignore
      ['killed', () => { redis.kill(); }], // prettier-ignore
    ])('is counted for in each process: %s', async (_, harm) => {
      const prefix = uniquePrefix();
      const quotas = [await openRedisQuota(redis.url, prefix), await openRedisQuota(redis.url, prefix)];
      const rate = { perSecond: 1, burst: 20 };
      expect(grantedOf(await take(quotas[0]!, 'a', rate, 30))).toBe(20);

      harm();
      const startedAt = performance.now();
      const answers = await Promise.all(quotas.map((quota) => take(quota, 'a', rate, 30)));

      expect(performance.now() - startedAt).toBeLessThan(500);
      for (const ofOne of answers) expect(grantedOf(ofOne)).toBe(20);
      const again = performance.now();
      for (const quota of quotas) await take(quota, 'a', rate, 100);
      expect(performance.now() - again).toBeLessThan(100);
    });

    it('is asked again when it is back', async () => {
      const prefix = uniquePrefix();
      const quotas = [await openRedisQuota(redis.url, prefix), await openRedisQuota(redis.url, prefix)];
      const rate = { perSecond: 1, burst: 20 };
      redis.freeze();
      await Promise.all(quotas.map((quota) => take(quota, 'away', rate, 1)));

      await redis.thaw();

      const sharedBy = async (tenant: string): Promise<number> =>
        grantedOf((await Promise.all(quotas.map((quota) => take(quota, tenant, rate, 20)))).flat());
      let tenants = 0;
      await eventually(() => sharedBy(`t-${(tenants += 1)}`), { until: (granted) => granted <= 21, timeoutMs: 8000, intervalMs: 100 }); // prettier-ignore
    });
  });
});
