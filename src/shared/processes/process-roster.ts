import { hostname } from 'node:os';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { newUuid, type Uuid } from '../ids/uuid.js';
import { Logger } from '../logging/logger.js';
import { LazyClient } from '../redis/lazy-client.js';
import { keyRoot } from '../redis/redis-address.js';
import { Clock } from '../time/clock.js';
import { VERSION } from '../version.js';

const BEAT_MS = 10_000;
/** Redis forgets a process that has missed three beats. */
const KEPT_MS = 35_000;

/** A process of the service, as it describes itself. */
export interface KnownProcess {
  readonly id: Uuid;
  /** `api`, `worker` or `all`. */
  readonly role: string;
  readonly version: string;
  readonly node: string;
  readonly host: string;
  readonly pid: number;
  /** RFC 3339. */
  readonly startedAt: string;
}

/** What the roster says, and whether it speaks for all processes. */
export interface Roster {
  readonly processes: readonly KnownProcess[];
  /** False while Redis, which knows the others, is away. */
  readonly isComplete: boolean;
}

/**
 * Knows the processes of the service. Each tells Redis every ten seconds that it is there, under a key that expires, so
 * that no clock is compared with another. Without Redis there is only one process.
 */
@Injectable()
export class ProcessRoster implements OnModuleDestroy {
  private readonly client: LazyClient | null;
  private readonly root: string;
  private own: KnownProcess | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    settings: Settings,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    const { redisUrl } = settings;
    this.root = `${keyRoot(settings)}:processes`;
    this.client = redisUrl === undefined ? null : new LazyClient(redisUrl, 'processes', logger);
  }

  /** Enters this process, and keeps it there until it ends. */
  join(role: string): void {
    const now = this.clock.now();
    this.own = {
      id: newUuid(now.getTime()),
      role,
      version: VERSION,
      node: process.versions.node,
      host: hostname(),
      pid: process.pid,
      startedAt: now.toISOString(),
    };
    // Whatever has crashed meanwhile is forgotten here, even if nobody ever asks for the list.
    void this.list();
    void this.beat();
    this.timer = setInterval(() => void this.beat(), BEAT_MS).unref();
  }

  /** The processes, the latest first. Never throws. */
  async list(): Promise<Roster> {
    const own = this.own === null ? [] : [this.own];
    if (this.client === null) return { processes: own, isComplete: true };
    try {
      const others = (await this.read(this.client)).filter(({ id }) => id !== this.own?.id);
      const processes = [...own, ...others].sort((a, b) => (a.id < b.id ? 1 : -1));
      return { processes, isComplete: true };
    } catch (error) {
      this.logger.debug({ err: error }, 'processes.not_read');
      return { processes: own, isComplete: false };
    }
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    const { client, own } = this;
    this.own = null;
    if (client === null) return;
    // Redis forgets it by itself, so a shutdown does not wait for Redis to come back.
    if (own !== null && client.isReady) await this.leave(client, own).catch(() => undefined);
    client.close();
  }

  private async read(client: LazyClient): Promise<KnownProcess[]> {
    const redis = await client.ready();
    const ids = await redis.smembers(this.root);
    if (ids.length === 0) return [];
    const texts = await redis.mget(ids.map((id) => this.keyOf(id)));
    const gone = ids.filter((_, index) => texts[index] == null);
    if (gone.length > 0) await redis.srem(this.root, ...gone);
    return texts.flatMap((text) => (text === null ? [] : readProcess(text)));
  }

  /** Never throws: the next beat repeats it. */
  private async beat(): Promise<void> {
    const { client, own } = this;
    if (client === null || own === null) return;
    try {
      const redis = await client.ready();
      await redis.set(this.keyOf(own.id), JSON.stringify(own), 'PX', KEPT_MS);
      await redis.sadd(this.root, own.id);
    } catch (error) {
      this.logger.debug({ err: error }, 'processes.not_told');
    }
  }

  private async leave(client: LazyClient, { id }: KnownProcess): Promise<void> {
    const redis = await client.ready();
    await redis.del(this.keyOf(id));
    await redis.srem(this.root, id);
  }

  private keyOf(id: string): string {
    return `${this.root}:${id}`;
  }
}

/** What another process wrote, perhaps one of another version. Nothing if it is unreadable. */
function readProcess(text: string): KnownProcess[] {
  try {
    const { id, role, version, node, host, pid, startedAt } = JSON.parse(text) as Partial<Record<keyof KnownProcess, unknown>>; // prettier-ignore
    const texts = [id, role, version, node, host, startedAt];
    if (texts.some((each) => typeof each !== 'string') || typeof pid !== 'number') return [];
    return [{ id, role, version, node, host, pid, startedAt } as KnownProcess];
  } catch {
    return [];
  }
}
