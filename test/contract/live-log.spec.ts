import { Redis } from 'ioredis';
import { type Batch, MARK } from '../../src/live/domain/batch.js';
import { compareEntries } from '../../src/live/domain/position.js';
import type { LiveLog } from '../../src/live/live-log.js';
import { MemoryLog } from '../../src/live/memory-log.js';
import { RedisLog } from '../../src/live/redis-log.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { eventually } from '../support/eventually.js';
import { silentLogger } from '../support/silent-logger.js';
import { testRedisUrl, uniquePrefix } from '../support/test-redis.js';

const aBatch = (key: string): Batch => ({ ...MARK, key });

describe.each<[string, () => LiveLog]>([
  ['in memory', () => new MemoryLog(new SystemClock())],
  ['in a real Redis', () => new RedisLog({ redisUrl: testRedisUrl(), queuePrefix: uniquePrefix() }, silentLogger)],
])('a live log %s', (_, open) => {
  let log: LiveLog;

  beforeEach(async () => {
    log = open();
    await log.start();
  });

  afterEach(() => {
    log.close();
  });

  it('lists entries in the order in which they were added, from a given one on', async () => {
    const ids: string[] = [];
    for (const key of ['a', 'b', 'c', 'd']) ids.push(await log.append('one', aBatch(key)));

    const listed = await log.list('one', ids[1]!, 2);

    expect(listed).toEqual([
      { id: ids[1], batch: aBatch('b') },
      { id: ids[2], batch: aBatch('c') },
    ]);
    expect([...ids].sort(compareEntries)).toEqual(ids);
    expect(new Set(ids).size).toBe(4);
  });

  it('keeps tenants apart', async () => {
    const id = await log.append('one', aBatch('a'));

    expect(await log.list('two', '0-0', 10)).toEqual([]);
    expect(await log.has('two', id)).toBe(false);
    expect(await log.has('one', id)).toBe(true);
  });

  it('reads what was added after given entries, of those tenants that have any', async () => {
    const [one, two] = [await log.append('one', aBatch('a')), await log.append('two', aBatch('a'))];
    const next = await log.append('two', aBatch('b'));

    const found = await log.read(new Map([['one', one], ['two', two]]), 0); // prettier-ignore

    expect(found).toEqual(new Map([['two', [{ id: next, batch: aBatch('b') }]]]));
  });

  it('waits for an entry that is added while it reads', async () => {
    const first = await log.append('one', MARK);

    const reading = log.read(new Map([['one', first]]), 20_000);
    const second = await log.append('one', aBatch('b'));

    expect(await reading).toEqual(new Map([['one', [{ id: second, batch: aBatch('b') }]]]));
  });

  it('returns nothing if nothing is added while it reads', async () => {
    const first = await log.append('one', MARK);

    expect(await log.read(new Map([['one', first]]), 50)).toEqual(new Map());
  });

  it('announces who has viewers', async () => {
    const watched: string[] = [];
    log.onWatched = (tenantId) => watched.push(tenantId);

    await log.announce(['one', 'two']);

    await eventually(() => watched, { until: ({ length }) => length === 2 });
    expect(watched.sort()).toEqual(['one', 'two']);
  });
});

describe('live logs of two processes that share a Redis', () => {
  it('tell a process that begins to listen who has been announced before', async () => {
    const settings = { redisUrl: testRedisUrl(), queuePrefix: uniquePrefix() };
    const [early, late] = [new RedisLog(settings, silentLogger), new RedisLog(settings, silentLogger)];
    const watched: string[] = [];
    late.onWatched = (tenantId) => watched.push(tenantId);
    await early.announce(['one']);

    await late.start();

    expect(watched).toEqual(['one']);
    early.close();
    late.close();
  });

  it('count what another version has written in a form unknown here', async () => {
    const settings = { redisUrl: testRedisUrl(), queuePrefix: uniquePrefix() };
    const log = new RedisLog(settings, silentLogger);
    const redis = new Redis(settings.redisUrl);
    const key = `${settings.queuePrefix}:live:of:one`;
    await redis.xadd(
      key,
      '1-0',
      'batch',
      '{"key":"x","messages":[{"kind":"delivery.teleported","body":{}}],"skipped":2}',
    );
    await redis.xadd(key, '2-0', 'batch', 'no JSON');

    expect((await log.list('one', '0-0', 10)).map(({ batch }) => batch)).toEqual([
      { key: 'x', messages: [], skipped: 3, lostSince: null },
      { key: 'unreadable', messages: [], skipped: 1, lostSince: null },
    ]);
    redis.disconnect();
    log.close();
  });
});
