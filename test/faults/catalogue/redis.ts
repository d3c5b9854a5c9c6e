import type { Fault, Finding, Run } from '../fault.js';
import { atMost, ingestLatenciesMs, isTrue, lagsMs, percentile, refusalCounts } from '../figures.js';
import { now } from '../child.js';
import type { Rig } from '../rig.js';

/** Without Redis, a delivery waits for the visibility timeout, a scan of PostgreSQL and the limit of a Redis call. */
const MAX_LAG_WITHOUT_REDIS_SECONDS = 10;
const MAX_LAG_SECONDS = 35;
const MAX_INGEST_P99_MS = 250;

function isAccepting(run: Run): Finding {
  return isTrue('every publish is accepted', run.refusals.length === 0, refusalCounts(run));
}

function ingestP99(run: Run): Finding {
  return atMost('ingest p99', percentile(ingestLatenciesMs(run), 0.99), MAX_INGEST_P99_MS, 'ms');
}

function maxLag(run: Run, limitSeconds: number): Finding {
  return atMost('lag', Math.max(0, ...lagsMs(run)) / 1000, limitSeconds, 's');
}

export const redisFrozen: Fault = {
  number: 4,
  name: 'Redis frozen',
  full: { events: 5000, perSecond: 150, rounds: 30 },
  short: { events: 300, perSecond: 100, rounds: 4 },
  async harm(rig, seconds) {
    rig.redis.freeze();
    await rig.pause(seconds);
    await rig.redis.thaw();
  },
  findings: (run) => [isAccepting(run), ingestP99(run), maxLag(run, MAX_LAG_WITHOUT_REDIS_SECONDS)],
};

export const redisFlushed: Fault = {
  number: 5,
  name: 'Redis flushed',
  full: { events: 10_000, perSecond: 300, rounds: 5 },
  short: { events: 300, perSecond: 100, rounds: 2 },
  async harm(rig, rounds) {
    for (let round = 0; round < rounds; round += 1) {
      await rig.pause(rounds > 2 ? 5 : 1);
      await rig.redis.command('FLUSHALL');
    }
  },
  findings: (run) => [isAccepting(run), maxLag(run, MAX_LAG_SECONDS)],
};

export const redisGone: Fault = {
  number: 6,
  name: 'Redis gone, comes back empty',
  full: { events: 6000, perSecond: 100, rounds: 60 },
  async harm(rig, seconds) {
    rig.redis.kill();
    await rig.pause(seconds);
    await rig.redis.restart();
  },
  findings: (run) => [isAccepting(run), ingestP99(run), maxLag(run, MAX_LAG_WITHOUT_REDIS_SECONDS)],
};

export const scriptsLost: Fault = {
  number: 7,
  name: 'script cache lost',
  full: { events: 6000, perSecond: 300, rounds: 20 },
  async harm(rig, seconds) {
    const endsAt = now() + seconds * 1000;
    while (now() < endsAt) {
      await rig.redis.command('SCRIPT', 'FLUSH');
      await rig.pause(0.1);
    }
  },
  findings: (run) => [isAccepting(run), maxLag(run, MAX_LAG_SECONDS)],
};

async function lostWakeUps(rig: Rig): Promise<number> {
  const counts = await Promise.all(rig.slots.map((slot) => slot.metric('webhook_wake_ups_lost_total')));
  return counts.reduce((sum, count) => sum + count, 0);
}

export const redisFull: Fault<{ lost: number }> = {
  number: 8,
  name: 'Redis full',
  full: { events: 5000, perSecond: 200, rounds: 15 },
  async harm(rig, seconds) {
    await rig.pause(1);
    const before = await lostWakeUps(rig);
    const info = String(await rig.redis.command('INFO', 'memory'));
    const used = Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
    // A little less than Redis uses, because the buffers of its clients grow and shrink.
    await rig.redis.command('CONFIG', 'SET', 'maxmemory', `${Math.floor(used * 0.8)}`);
    await rig.pause(seconds);
    const lost = (await lostWakeUps(rig)) - before;
    await rig.redis.command('CONFIG', 'SET', 'maxmemory', '0');
    return { lost };
  },
  findings: (run, { lost }) => [
    isAccepting(run),
    maxLag(run, MAX_LAG_SECONDS),
    isTrue('webhook_wake_ups_lost_total tells', lost > 0, `${lost}`),
  ],
};

export const wrongPolicy: Fault<{ name: string; code: number | null; output: string }[]> = {
  number: 9,
  name: 'wrong policy',
  full: { events: 300, perSecond: 100, rounds: 1 },
  async harm(rig) {
    await rig.redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const started = [rig.api, rig.workers[0]!].map(async (slot) => {
      const service = await slot.spawnAnother();
      const tooLong = setTimeout(() => {
        service.signal('SIGKILL');
      }, 20_000);
      const code = await service.exited;
      clearTimeout(tooLong);
      return { name: slot.name, code, output: service.output() };
    });
    const ended = await Promise.all(started);
    await rig.redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    return ended;
  },
  findings: (_, ended) =>
    ended.map(({ name, code, output }) => {
      const isNamed = output.includes('maxmemory-policy allkeys-lru') && output.includes('noeviction');
      return isTrue(`start of ${name} refused, setting named`, code === 1 && isNamed, `exit code ${code}`);
    }),
};

/** Shorter than the visibility timeout: a delivery that comes sooner was brought by Redis. */
const WOKEN_MS = 1500;
const MUST_WORK_AFTER_SECONDS = 30;

export const redisHalfOpen: Fault<{ halfOpenAt: number }> = {
  number: 10,
  name: 'half-open TCP to Redis',
  full: { events: 4000, perSecond: 100, rounds: 40 },
  ground: { hasRedisProxy: true },
  async harm(rig, seconds) {
    await rig.pause(2);
    const halfOpenAt = now();
    rig.redisProxy.halfOpen();
    await rig.pause(seconds);
    return { halfOpenAt };
  },
  findings(run, { halfOpenAt }) {
    const since = halfOpenAt + MUST_WORK_AFTER_SECONDS * 1000;
    const woken = lagsMs(run, (atMs) => atMs > since && atMs < run.harmEndedAt);
    return [
      isAccepting(run),
      isTrue('events were accepted after 30 s', woken.length > 0, `${woken.length} deliveries`),
      atMost('lag p95 after 30 s', percentile(woken, 0.95), WOKEN_MS, 'ms'),
    ];
  },
};
