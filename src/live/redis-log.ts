import type { Redis } from 'ioredis';
import type { Settings } from '../shared/config/settings.js';
import type { Logger } from '../shared/logging/logger.js';
import { connectRedis, FAIL_FAST, PATIENT } from '../shared/redis/redis.js';
import { keyRoot } from '../shared/redis/redis-address.js';
import { type Batch, type Entry, readBatch } from './domain/batch.js';
import type { EntryId } from './domain/position.js';
import { KEPT_SECONDS, LiveLog } from './live-log.js';

/** Entries of one tenant and one read: a page of them must fit into the buffer of a viewer. */
const READ_ENTRIES = 20;
/** Longest wait of a start for the first subscription. */
const START_TIMEOUT_MS = 1000;

/** The clock of Redis decides what is old, because those of the processes may differ. */
const APPEND = `
  local seconds = tonumber(ARGV[2])
  local oldest = (tonumber(redis.call('TIME')[1]) - seconds) * 1000
  local id = redis.call('XADD', KEYS[1], 'MINID', '~', oldest, '*', 'batch', ARGV[1])
  redis.call('EXPIRE', KEYS[1], seconds)
  return id`;

/** A tenant may be quiet for long while it is watched, so its stream is renewed, too. */
const ANNOUNCE = `
  local seconds = tonumber(ARGV[3])
  local now = tonumber(redis.call('TIME')[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  redis.call('ZADD', KEYS[1], now + seconds, ARGV[1])
  redis.call('EXPIRE', KEYS[1], seconds)
  redis.call('EXPIRE', KEYS[2], seconds)
  redis.call('PUBLISH', ARGV[2], ARGV[1])`;

type RawEntry = [id: string, fields: string[]];

/**
 * The log of processes that share a Redis: one stream for each watched tenant. Who watches is announced by a message to
 * all processes and a set that a process reads when it begins to listen. While nobody watches, no command is sent.
 */
export class RedisLog extends LiveLog {
  private readonly commands: Redis;
  /** Apart, because its reads wait. */
  private readonly reader: Redis;
  private readonly subscriber: Redis;
  private readonly channel: string;
  private readonly root: string;
  private isSubscribed = false;

  constructor(
    settings: Pick<Settings, 'redisUrl' | 'queuePrefix'> & { readonly redisUrl: string },
    private readonly logger: Logger,
  ) {
    super();
    const { redisUrl } = settings;
    this.root = `${keyRoot(settings)}:live`;
    this.channel = `${settings.queuePrefix}:live`;
    // They connect when somebody watches.
    const lazily = { ...FAIL_FAST, enableOfflineQueue: true, lazyConnect: true };
    this.commands = connectRedis(redisUrl, lazily, logger, 'live view');
    this.reader = connectRedis(redisUrl, lazily, logger, 'live view of viewers');
    // ioredis would subscribe again by itself, and an error of that would end the process.
    this.subscriber = connectRedis(redisUrl, { ...PATIENT, autoResubscribe: false }, logger, 'live view announcements');
  }

  get isReachable(): boolean {
    return this.isSubscribed;
  }

  async start(): Promise<void> {
    const { subscriber } = this;
    let timer: NodeJS.Timeout | undefined;
    subscriber.on('message', (_channel: string, tenantId: string) => { this.onWatched(tenantId); }); // prettier-ignore
    subscriber.on('close', () => { this.isSubscribed = false; }); // prettier-ignore
    const timeout = new Promise<void>((resolve) => { timer = setTimeout(resolve, START_TIMEOUT_MS); }); // prettier-ignore
    const subscribed = new Promise<void>((resolve) => {
      const subscribe = (): void => void this.subscribe().then(resolve);
      subscriber.on('ready', subscribe);
      if (subscriber.status === 'ready') subscribe();
    });
    await Promise.race([subscribed, timeout]);
    clearTimeout(timer);
  }

  async announce(tenantIds: readonly string[]): Promise<void> {
    await Promise.all(
      tenantIds.map((tenantId) =>
        this.commands.eval(ANNOUNCE, 2, this.watchedKey, this.keyOf(tenantId), tenantId, this.channel, KEPT_SECONDS),
      ),
    );
  }

  async append(tenantId: string, batch: Batch): Promise<EntryId> {
    return (await this.commands.eval(APPEND, 1, this.keyOf(tenantId), JSON.stringify(batch), KEPT_SECONDS)) as EntryId;
  }

  async list(tenantId: string, from: EntryId, count: number): Promise<Entry[]> {
    return (await this.commands.xrange(this.keyOf(tenantId), from, '+', 'COUNT', count)).map(toEntry);
  }

  async read(after: ReadonlyMap<string, EntryId>, waitMs: number): Promise<Map<string, Entry[]>> {
    const tenants = new Map([...after.keys()].map((tenantId) => [this.keyOf(tenantId), tenantId]));
    const streams = [...tenants.keys(), ...after.values()];
    // A wait of 0 ms would be one without end.
    const answer =
      waitMs === 0
        ? await this.reader.xread('COUNT', READ_ENTRIES, 'STREAMS', ...streams)
        : await this.reader.xread('COUNT', READ_ENTRIES, 'BLOCK', waitMs, 'STREAMS', ...streams);
    return new Map((answer ?? []).map(([key, entries]) => [tenants.get(key) ?? '', entries.map(toEntry)]));
  }

  close(): void {
    for (const client of [this.commands, this.reader, this.subscriber]) client.disconnect();
  }

  private get watchedKey(): string {
    return `${this.root}:watched`;
  }

  private keyOf(tenantId: string): string {
    return `${this.root}:of:${tenantId}`;
  }

  private async subscribe(): Promise<void> {
    const { subscriber } = this;
    try {
      // Before the subscription, because a subscribed connection takes no other commands. What is announced in between
      // is announced again within seconds.
      const watched = await subscriber.zrange(this.watchedKey, 0, -1);
      await subscriber.subscribe(this.channel);
      for (const tenantId of watched) this.onWatched(tenantId);
      this.isSubscribed = true;
    } catch (error) {
      this.logger.warn({ err: error }, 'live.not_subscribed');
    }
  }
}

function toEntry([id, fields]: RawEntry): Entry {
  return { id, batch: readBatch(fields[fields.indexOf('batch') + 1] ?? '') };
}
