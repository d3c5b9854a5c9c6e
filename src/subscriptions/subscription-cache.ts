import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { isTenantId } from '../access/index.js';
import { Settings } from '../shared/config/settings.js';
import { Logger } from '../shared/logging/logger.js';
import { ChannelListener } from '../shared/redis/channel-listener.js';
import { connectRedis, FAIL_FAST, isRedisRefusal } from '../shared/redis/redis.js';
import { keyRoot } from '../shared/redis/redis-address.js';
import { isUuid } from '../shared/ids/uuid.js';
import { TenantCache } from '../shared/tenant-cache.js';
import { Clock } from '../shared/time/clock.js';

/** Longest life of an entry while Redis can't tell of changes, in milliseconds. */
const BLIND_TTL_MS = 1000;
/** A look-up does not wait longer than this for Redis, and after a failure leaves it alone for a second. */
const COMMAND_TIMEOUT_MS = 100;
const AWAY_MS = 1000;
/** Longest wait for the first connection, of those who wait for it. */
const CONNECT_TIMEOUT_MS = 2000;
/** What all entries of a process weigh at the most, in bytes, and one of them: what is heavier is read each time. */
const MAX_BYTES = 33_554_432;
const MAX_BYTES_EACH = 262_144;
/** Of an entry besides its value, and of each character of that: texts of a list are objects of their own. */
const ENTRY_BYTES = 300;
const BYTES_PER_CHARACTER = 2;
/** Tenants whose changes are remembered one by one. Of more, all entries are forgotten. */
const MAX_GENERATIONS = 10_000;

interface Entry {
  readonly value: unknown;
  readonly generation: string;
  readonly loadedAtMs: number;
}

/** How a value is come by. It must be plain data. */
export interface LookUp<T> {
  /** Reads it from PostgreSQL. */
  readonly load: () => Promise<T>;
  /** Judges what another process, perhaps of another version, has stored. @returns undefined when it is of no use */
  readonly read: (stored: unknown) => T | undefined;
}

/**
 * Look-ups of the publishing path, in this process and behind it in Redis, bounded by size, with a share for each
 * tenant. A change of any subscription of a tenant makes all its entries stale in every process at once: the tenant
 * gets a new *generation*, a random token under which entries are stored, and a message tells the others. A look-up
 * that began before the change stores its result under the former generation, where nobody finds it. Redis has a
 * generation for each tenant, and each process one of its own for the entries in its memory.
 *
 * `lru-cache` also joins look-ups (`fetchMethod`), but without shares one tenant's look-ups would evict the others'.
 */
@Injectable()
export class SubscriptionCache implements OnApplicationShutdown {
  private readonly entries: TenantCache<Entry>;
  /** Those of this process; Redis has its own. A tenant that is absent has that of the process. */
  private readonly generations = new Map<string, string>();
  private processGeneration = randomUUID();
  private readonly listeners: (() => void)[] = [];
  /** No more than there are requests on their way. */
  private readonly loading = new Map<string, Promise<unknown>>();
  private readonly redis: Redis | null;
  /** Hears of the changes that other processes make. */
  private readonly changes: ChannelListener | null;
  private readonly channel: string;
  private readonly keyRoot: string;
  private awayUntilMs = 0;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    const lifeMs = settings.subscriptionCacheTtl * 1000;
    this.entries = new TenantCache({ bytes: MAX_BYTES, bytesEach: MAX_BYTES_EACH, lifeMs }, () => clock.monotonicMs());
    this.keyRoot = `${keyRoot(settings)}:subscriptions`;
    this.channel = `${settings.queuePrefix}:subscriptions`;
    const { redisUrl } = settings;
    const options = { ...FAIL_FAST, commandTimeout: COMMAND_TIMEOUT_MS };
    this.redis = redisUrl === undefined ? null : connectRedis(redisUrl, options, logger, 'subscription cache');
    this.changes = redisUrl === undefined ? null : this.listen(redisUrl);
  }

  /**
   * The cached result of a look-up, or a fresh one.
   *
   * @param key what is looked up, unique within the tenant
   * @throws what the look-up throws
   */
  async get<T>(tenantId: string, key: string, lookUp: LookUp<T>): Promise<T> {
    const generation = this.localGeneration(tenantId);
    const found = this.entries.get(tenantId, key);
    if (found?.generation === generation && this.clock.monotonicMs() - found.loadedAtMs < this.ttlMs())
      return found.value as T;
    const loadName = `${generation}/${tenantId}/${key}`;
    const running = this.loading.get(loadName);
    if (running !== undefined) return running as Promise<T>;
    const loaded = this.loadThroughRedis(tenantId, key, generation, lookUp).finally(() =>
      this.loading.delete(loadName),
    );
    this.loading.set(loadName, loaded);
    return loaded;
  }

  /**
   * To be called after the commit of any change of a subscription. Never throws: entries live a few seconds at most.
   */
  async invalidate(tenantId: string): Promise<void> {
    this.renewGeneration(tenantId);
    if (this.redis === null) return;
    try {
      await this.redis.multi().set(this.generationKey(tenantId), randomUUID()).publish(this.channel, tenantId).exec();
    } catch (error) {
      this.logger.warn({ err: error, tenant_id: tenantId }, 'subscription_cache.not_invalidated');
    }
  }

  /** Adds a listener that is called when subscriptions of any tenant have changed, here or as far as Redis tells. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** For a process that has just started and ends soon: Redis can be told of changes, or is away. */
  async connected(): Promise<void> {
    if (this.redis === null || this.redis.status === 'ready') return;
    await once(this.redis, 'ready', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) }).catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.redis?.disconnect();
    this.changes?.close();
  }

  private async loadThroughRedis<T>(tenantId: string, key: string, generation: string, lookUp: LookUp<T>): Promise<T> {
    const found = await this.findInRedis(tenantId, key);
    const stored = found?.cached == null ? undefined : readStored(found.cached, lookUp.read);
    // Null is an answer: there is no such thing.
    // oxlint-disable-next-line typescript/prefer-nullish-coalescing
    const value = stored === undefined ? await lookUp.load() : stored;
    if (this.ttlMs() === 0) return value;
    const text = JSON.stringify(value);
    const bytes = ENTRY_BYTES + key.length + text.length * BYTES_PER_CHARACTER;
    const entry = { value, generation, loadedAtMs: this.clock.monotonicMs() };
    const isRoomy = this.entries.set(tenantId, key, entry, bytes);
    // What has no room here has none in Redis, or many look-ups would fill that. Not awaited: the publisher need not
    // wait for it. A failure costs the next look-up a query.
    if (found && stored === undefined && isRoomy) {
      this.redis?.set(found.key, text, 'PX', Math.ceil(this.ttlMs())).catch(() => undefined);
    }
    return value;
  }

  /** Null when Redis can't be asked now: the look-up goes on without it. */
  private async findInRedis(tenantId: string, key: string): Promise<{ key: string; cached: string | null } | null> {
    if (this.redis === null || this.ttlMs() === 0 || this.clock.monotonicMs() < this.awayUntilMs) return null;
    try {
      const generation = await this.sharedGeneration(this.redis, tenantId);
      const redisKey = `${this.keyRoot}:${tenantId}:${generation}:${key}`;
      return { key: redisKey, cached: await this.redis.get(redisKey) };
    } catch (error) {
      // A refusal: that key holds a value of another type. Redis itself is up.
      if (!isRedisRefusal(error)) this.awayUntilMs = this.clock.monotonicMs() + AWAY_MS;
      return null;
    }
  }

  private async sharedGeneration(redis: Redis, tenantId: string): Promise<string> {
    const key = this.generationKey(tenantId);
    const generation: unknown = await redis.get(key);
    if (isUuid(generation)) return generation;
    const fresh = randomUUID();
    if (generation === null) await redis.setnx(key, fresh);
    // What stands there is no generation, and none of our processes wrote it.
    else await redis.set(key, fresh);
    const agreed: unknown = await redis.get(key);
    return isUuid(agreed) ? agreed : fresh;
  }

  private generationKey(tenantId: string): string {
    return `${this.keyRoot}:${tenantId}:generation`;
  }

  private renewGeneration(tenantId: string): void {
    if (this.generations.size >= MAX_GENERATIONS) this.renewAllGenerations();
    this.generations.set(tenantId, randomUUID());
    for (const listener of this.listeners) listener();
  }

  private renewAllGenerations(): void {
    this.generations.clear();
    this.processGeneration = randomUUID();
    for (const listener of this.listeners) listener();
  }

  private localGeneration(tenantId: string): string {
    return this.generations.get(tenantId) ?? this.processGeneration;
  }

  private ttlMs(): number {
    const ttlMs = this.settings.subscriptionCacheTtl * 1000;
    const isBlind = this.changes?.isListening === false;
    return isBlind ? Math.min(ttlMs, BLIND_TTL_MS) : ttlMs;
  }

  private listen(redisUrl: string): ChannelListener {
    const terms = {
      channel: this.channel,
      purpose: 'subscription changes',
      // Messages may have been missed until now.
      onSubscribed: () => { this.renewAllGenerations(); }, // prettier-ignore
      onMessage: (tenantId: string) => {
        if (isTenantId(tenantId)) this.renewGeneration(tenantId);
      },
      onRefused: (error: unknown) => { this.logger.warn({ err: error }, 'subscription_cache.not_subscribed'); }, // prettier-ignore
    };
    const changes = new ChannelListener(redisUrl, terms, this.logger);
    changes.start();
    return changes;
  }
}

function readStored<T>(text: string, read: (stored: unknown) => T | undefined): T | undefined {
  try {
    return read(JSON.parse(text));
  } catch {
    return undefined;
  }
}
