import type { OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { boundedCache } from '../../shared/bounded-cache.js';
import { GroupWriter } from '../../shared/group-writer.js';
import type { Clock } from '../../shared/time/clock.js';
import type { Rate } from '../domain/token-bucket.js';
import { LocalQuota } from './local-quota.js';
import { PublishQuota, type QuotaAnswer } from './publish-quota.js';

/**
 * Each fetch takes the tokens of this many milliseconds in advance; unused ones are given back with the next fetch. So
 * most events of a busy tenant cost no Redis call.
 */
const PREFETCH_MS = 50;
/** Maximum requests of one tenant that share one Redis call. */
const MAX_GROUP = 1000;
const MAX_TENANTS = 10_000;
/** After a failure, Redis is not called for this many milliseconds. */
const BACKOFF_MS = 1000;

/**
 * `takeTokens` as a script, on the clock of Redis, which all processes share. KEYS[1]: the bucket. ARGV: tokens per
 * second, burst, tokens wanted, tokens given back. Returns the tokens granted and the tokens left.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local rate, burst, wanted, unused = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local bucket = redis.pcall('HMGET', KEYS[1], 'tokens', 'at')
if bucket.err then
  redis.call('DEL', KEYS[1])
  bucket = {}
end
local at = tonumber(bucket[2])
local passed = at and at < now and now - at or 0
local kept = tonumber(bucket[1])
if not (kept and kept >= 0) then kept = burst end
local tokens = math.min(burst, kept + unused + passed * rate / 1000)
local granted = math.min(wanted, math.floor(tokens))
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - granted), 'at', string.format('%.3f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return {granted, math.floor(tokens - granted)}`;

/** Sends the digest of the script, and the script itself only to a Redis that does not have it. */
interface TakesTokens {
  takeTokens: (key: string, ...values: [perSecond: number, burst: number, wanted: number, unused: number]) => unknown;
}

function withTakeTokens(redis: Redis): Redis & TakesTokens {
  redis.defineCommand('takeTokens', { numberOfKeys: 1, lua: TAKE });
  return redis as Redis & TakesTokens;
}

/** @throws TypeError if Redis returned anything but two token counts */
function readTaken(answer: unknown): readonly [granted: number, remaining: number] {
  const [granted, remaining] = Array.isArray(answer) ? (answer as unknown[]) : [];
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!isCount(granted) || !isCount(remaining)) throw new TypeError('Redis returned an invalid token count');
  return [granted, remaining];
}

/** The part of a tenant's tokens that this process holds. */
interface Share {
  readonly rate: Rate;
  readonly fetcher: GroupWriter<null, QuotaAnswer>;
  tokens: number;
  remaining: number;
  fetchedAtMs: number;
}

/**
 * Buckets in Redis, shared by all processes. Each process prefetches the tokens of 50 ms, so that not every event costs
 * a Redis call. While Redis is unavailable, each process falls back to a bucket of its own.
 */
export class RedisQuota extends PublishQuota implements OnApplicationShutdown {
  private readonly shares = boundedCache<string, Share>(MAX_TENANTS);
  private readonly local: LocalQuota;
  private readonly redis: Redis & TakesTokens;
  private backOffUntilMs = 0;

  constructor(
    redis: Redis,
    private readonly keyRoot: string,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {
    super();
    this.redis = withTakeTokens(redis);
    this.local = new LocalQuota(clock);
  }

  override take(tenantId: string, rate: Rate): QuotaAnswer | Promise<QuotaAnswer> {
    const nowMs = this.clock.monotonicMs();
    if (nowMs < this.backOffUntilMs) return this.local.take(tenantId, rate);
    const share = this.shareOf(tenantId, rate);
    if (share.tokens > 0 && nowMs - share.fetchedAtMs < PREFETCH_MS) {
      share.tokens -= 1;
      return { isGranted: true, remaining: share.remaining + share.tokens };
    }
    return share.fetcher.submit(null).catch(() => {
      this.backOffUntilMs = this.clock.monotonicMs() + BACKOFF_MS;
      return this.local.take(tenantId, rate);
    });
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }

  private shareOf(tenantId: string, rate: Rate): Share {
    const known = this.shares.get(tenantId);
    if (known?.rate.perSecond === rate.perSecond && known.rate.burst === rate.burst) return known;
    const fetcher = new GroupWriter<null, QuotaAnswer>((waiting) => this.fetch(tenantId, share, waiting.length), {
      items: MAX_GROUP,
      groups: 1,
    });
    const share: Share = { rate, fetcher, tokens: 0, remaining: 0, fetchedAtMs: 0 };
    this.shares.set(tenantId, share);
    return share;
  }

  private async fetch(tenantId: string, share: Share, waiting: number): Promise<QuotaAnswer[]> {
    const { perSecond, burst } = share.rate;
    const wanted = Math.max(waiting, Math.floor(Math.min((perSecond * PREFETCH_MS) / 1000, burst)));
    const key = `${this.keyRoot}:quota:${tenantId}`;
    // Give back prefetched tokens that are too old. Otherwise a tenant that publishes now and then would lose them.
    const unused = share.tokens;
    share.tokens = 0;
    const [granted, remaining] = readTaken(await this.redis.takeTokens(key, perSecond, burst, wanted, unused));
    share.tokens = Math.max(0, granted - waiting);
    share.remaining = remaining;
    share.fetchedAtMs = this.clock.monotonicMs();
    return Array.from({ length: waiting }, (_, index) => ({
      isGranted: index < granted,
      remaining: Math.max(0, granted - index - 1) + remaining,
    }));
  }
}
