import { Redis } from 'ioredis';
import { type Batch, MARK } from '../../src/live/domain/batch.js';
import { compareEntries } from '../../src/live/domain/position.js';
import { KEPT_SECONDS, type LiveLog } from '../../src/live/live-log.js';
import { MemoryLog } from '../../src/live/memory-log.js';
import { RedisLog } from '../../src/live/redis-log.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { eventually } from '../support/eventually.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoppableClock } from '../support/stoppable-clock.js';
import { testRedisUrl, uniquePrefix } from '../support/test-redis.js';

const aBatch = (key: string): Batch => ({ ...MARK, key });

interface Opened {
  readonly log: LiveLog;
  /** Lets so much time pass that the announcement of a tenant lapses. */
  readonly lapse: (tenantId: string) => Promise<unknown>;
}

function inMemory(): Opened {
  const clock = new StoppableClock();
  const lapse = (): Promise<void> => {
    clock.advance(KEPT_SECONDS * 1000 + 1);
    return Promise.resolve();
  };
  return { log: new MemoryLog(clock), lapse };
}

function openRedisLog(queuePrefix = uniquePrefix()): RedisLog {
  return new RedisLog({ redisUrl: testRedisUrl(), queuePrefix }, silentLogger, new SystemClock());
}

function inRedis(): Opened {
  const queuePrefix = uniquePrefix();
  const lapse = async (tenantId: string): Promise<void> => {
    const redis = new Redis(testRedisUrl());
    await redis.zadd(`${queuePrefix}:live:watched`, 1, tenantId);
    redis.disconnect();
  };
  return { log: openRedisLog(queuePrefix), lapse };
}

describe.each<[string, () => Opened]>([
  ['in memory', inMemory],
  ['in a real Redis', inRedis],
])('a live log %s', (_, open) => {
  let log: LiveLog;
  let lapse: Opened['lapse'];

  beforeEach(async () => {
    ({ log, lapse } = open());
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

  it('forgets all entries of a tenant whose announcement had lapsed, because some may be missing since', async () => {
    await log.announce(['one']);
    const before = await log.append('one', aBatch('a'));
    await lapse('one');
    // Processes that had heard of the tenant a little later still publish.
    await log.append('one', aBatch('b'));

    await log.announce(['one']);

    expect(await log.has('one', before)).toBe(false);
    expect(await log.list('one', '0-0', 10)).toEqual([]);
  });
});

describe('live logs of two processes that share a Redis', () => {
  it('tell a process that begins to listen who has been announced before', async () => {
    const queuePrefix = uniquePrefix();
    const [early, late] = [openRedisLog(queuePrefix), openRedisLog(queuePrefix)];
    const watched: [string, number | null][] = [];
    late.onWatched = (...announced) => watched.push(announced);
    await early.announce(['one']);

    await late.start();

    // Nothing has happened that viewers could have missed.
    expect(watched).toEqual([['one', null]]);
    early.close();
    late.close();
  });

  it('count what another version has written in a form unknown here', async () => {
    const queuePrefix = uniquePrefix();
    const log = openRedisLog(queuePrefix);
    const redis = new Redis(testRedisUrl());
    const key = `${queuePrefix}:live:of:one`;
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
