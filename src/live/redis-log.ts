import type { Redis } from 'ioredis';
import type { Settings } from '../shared/config/settings.js';
import type { Logger } from '../shared/logging/logger.js';
import { ChannelListener } from '../shared/redis/channel-listener.js';
import { LazyClient } from '../shared/redis/lazy-client.js';
import { keyRoot } from '../shared/redis/redis-address.js';
import type { Clock } from '../shared/time/clock.js';
import { type Batch, type Entry, readBatch } from './domain/batch.js';
import type { EntryId } from './domain/position.js';
import { KEPT_SECONDS, LiveLog } from './live-log.js';

/** Entries of one tenant and one read. */
const READ_ENTRIES = 20;
/** Longest wait of a start for the first subscription. */
const START_TIMEOUT_MS = 1000;
/** Memory of one tenant's stream, in bytes. It has what one process publishes at most in `KEPT_SECONDS`, and more. */
const MAX_BYTES = 67_108_864;

/**
 * The clock of Redis decides what is old, because those of the processes may differ. About every 32nd time, looks at
 * the memory that the stream takes, which is not for nothing, and drops the older half if it is too much.
 */
const APPEND = `
  local seconds, time = tonumber(ARGV[2]), redis.call('TIME')
  local oldest = (tonumber(time[1]) - seconds) * 1000
  local id = redis.call('XADD', KEYS[1], 'MINID', '~', oldest, '*', 'batch', ARGV[1])
  redis.call('EXPIRE', KEYS[1], seconds)
  if tonumber(time[2]) % 32 == 0 then
    local bytes = redis.pcall('MEMORY', 'USAGE', KEYS[1], 'SAMPLES', 0)
    if type(bytes) == 'number' and bytes > tonumber(ARGV[3]) then
      redis.call('XTRIM', KEYS[1], 'MAXLEN', math.floor(redis.call('XLEN', KEYS[1]) / 2))
    end
  end
  return id`;

/**
 * A tenant may be quiet for long while it is watched, so its stream is renewed, too. If nobody has watched it for so
 * long that processes may have stopped publishing, its stream has a gap that nobody would notice, and is deleted.
 */
const ANNOUNCE = `
  local seconds = tonumber(ARGV[3])
  local now = tonumber(redis.call('TIME')[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then redis.call('DEL', KEYS[2]) end
  redis.call('ZADD', KEYS[1], now + seconds, ARGV[1])
  redis.call('EXPIRE', KEYS[1], seconds)
  redis.call('EXPIRE', KEYS[2], seconds)
  redis.call('PUBLISH', ARGV[2], ARGV[1])`;

type RawEntry = [id: string, fields: string[]];

/**
 * The log of processes that share a Redis: one stream for each watched tenant. Who watches is announced by a message to
 * all processes and a set that a process reads when it begins to listen. While nobody watches, only pings are sent.
 */
export class RedisLog extends LiveLog {
  private readonly commands: LazyClient;
  /** Apart, because its reads wait. */
  private readonly reader: LazyClient;
  private readonly announcements: ChannelListener;
  private readonly channel: string;
  private readonly root: string;
  /** Tenants that were announced before this process listened. */
  private announcedBefore: readonly string[] = [];
  private hasStarted = false;
  /** Since when announcements may have been missed, in milliseconds since the Unix epoch. */
  private deafSinceMs: number | null = null;
  private onListening: () => void = () => undefined;

  constructor(
    settings: Pick<Settings, 'redisUrl' | 'queuePrefix'> & { readonly redisUrl: string },
    logger: Logger,
    private readonly clock: Clock,
  ) {
    super();
    const { redisUrl } = settings;
    this.root = `${keyRoot(settings)}:live`;
    this.channel = `${settings.queuePrefix}:live`;
    this.commands = new LazyClient(redisUrl, 'live view', logger);
    this.reader = new LazyClient(redisUrl, 'live view of viewers', logger);
    const terms = {
      channel: this.channel,
      purpose: 'live view announcements',
      // What is announced between this and the subscription is announced again within seconds.
      beforeSubscribing: async (client: Redis): Promise<void> => {
        this.announcedBefore = await client.zrange(this.watchedKey, 0, -1);
      },
      onSubscribed: () => { this.hear(); }, // prettier-ignore
      onMessage: (tenantId: string) => { this.onWatched(tenantId, null); }, // prettier-ignore
      onLost: () => { this.noteDeafness(); }, // prettier-ignore
      onRefused: (error: unknown) => { logger.warn({ err: error }, 'live.not_subscribed'); }, // prettier-ignore
    };
    this.announcements = new ChannelListener(redisUrl, terms, logger);
  }

  get isReachable(): boolean {
    return this.announcements.isListening;
  }

  async start(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => { timer = setTimeout(resolve, START_TIMEOUT_MS); }); // prettier-ignore
    const listening = new Promise<void>((resolve) => { this.onListening = resolve; }); // prettier-ignore
    this.announcements.start();
    await Promise.race([listening, timeout]);
    clearTimeout(timer);
    this.hasStarted = true;
    if (!this.isReachable) this.noteDeafness();
  }

  async announce(tenantIds: readonly string[]): Promise<void> {
    const commands = await this.commands.ready();
    await Promise.all(
      tenantIds.map((tenantId) =>
        commands.eval(ANNOUNCE, 2, this.watchedKey, this.keyOf(tenantId), tenantId, this.channel, KEPT_SECONDS),
      ),
    );
  }

  async append(tenantId: string, batch: Batch): Promise<EntryId> {
    const commands = await this.commands.ready();
    const text = JSON.stringify(batch);
    return (await commands.eval(APPEND, 1, this.keyOf(tenantId), text, KEPT_SECONDS, MAX_BYTES)) as EntryId;
  }

  async list(tenantId: string, from: EntryId, count: number): Promise<Entry[]> {
    const commands = await this.commands.ready();
    return (await commands.xrange(this.keyOf(tenantId), from, '+', 'COUNT', count)).map(toEntry);
  }

  async read(after: ReadonlyMap<string, EntryId>, waitMs: number): Promise<Map<string, Entry[]>> {
    const tenants = new Map([...after.keys()].map((tenantId) => [this.keyOf(tenantId), tenantId]));
    const streams = [...tenants.keys(), ...after.values()];
    const reader = await this.reader.ready();
    // A wait of 0 ms would be one without end.
    const answer =
      waitMs === 0
        ? await reader.xread('COUNT', READ_ENTRIES, 'STREAMS', ...streams)
        : await reader.xread('COUNT', READ_ENTRIES, 'BLOCK', waitMs, 'STREAMS', ...streams);
    return new Map((answer ?? []).map(([key, entries]) => [tenants.get(key) ?? '', entries.map(toEntry)]));
  }

  close(): void {
    for (const client of [this.commands, this.reader, this.announcements]) client.close();
  }

  private get watchedKey(): string {
    return `${this.root}:watched`;
  }

  private keyOf(tenantId: string): string {
    return `${this.root}:of:${tenantId}`;
  }

  private hear(): void {
    for (const tenantId of this.announcedBefore) this.onWatched(tenantId, this.deafSinceMs);
    this.deafSinceMs = null;
    this.onListening();
  }

  /** Before the start has ended, nothing happens that viewers could miss. */
  private noteDeafness(): void {
    if (this.hasStarted) this.deafSinceMs ??= this.clock.nowMs();
  }
}

function toEntry([id, fields]: RawEntry): Entry {
  return { id, batch: readBatch(fields[fields.indexOf('batch') + 1] ?? '') };
}
