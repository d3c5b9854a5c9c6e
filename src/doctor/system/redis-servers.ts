import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Cluster, type Redis } from 'ioredis';
import { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { LazyClient } from '../../shared/redis/lazy-client.js';

/** The Redis behind REDIS_URL; the masters of a Cluster together. */
export interface RedisState {
  /** `none`: REDIS_URL is not set, and jobs stay in memory. */
  readonly state: 'up' | 'away' | 'none';
  readonly version: string | null;
  readonly usedBytes: number | null;
  /** Null if there is no limit, or nobody knows. */
  readonly maxBytes: number | null;
  readonly servers: number;
}

const UNKNOWN = { version: null, usedBytes: null, maxBytes: null, servers: 0 } as const;

/** Asks Redis about itself. The connection is made when somebody asks first. */
@Injectable()
export class RedisServers implements OnModuleDestroy {
  private readonly client: LazyClient | null;

  constructor(
    { redisUrl }: Settings,
    private readonly logger: Logger,
  ) {
    this.client = redisUrl === undefined ? null : new LazyClient(redisUrl, 'system', logger);
  }

  /** Never throws. */
  async look(): Promise<RedisState> {
    if (this.client === null) return { state: 'none', ...UNKNOWN };
    try {
      const infos = await infosOf(await this.client.ready());
      return { state: 'up', ...summed(infos) };
    } catch (error) {
      this.logger.debug({ err: error }, 'system.redis_not_read');
      return { state: 'away', ...UNKNOWN };
    }
  }

  onModuleDestroy(): void {
    this.client?.close();
  }
}

async function infosOf(client: Redis): Promise<string[]> {
  const servers = client instanceof Cluster ? (client as Cluster).nodes('master') : [client];
  return Promise.all(servers.map((server) => server.info()));
}

/** Adds up what servers say. @param infos answers of INFO */
export function summed(infos: readonly string[]): Omit<RedisState, 'state'> {
  const limits = infos.map((info) => Number(fieldOf(info, 'maxmemory') ?? 0));
  const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
  return {
    version: infos.length === 0 ? null : versionIn(infos[0] ?? ''),
    usedBytes: total(infos.map((info) => Number(fieldOf(info, 'used_memory') ?? 0))),
    maxBytes: limits.includes(0) ? null : total(limits),
    servers: infos.length,
  };
}

/** Valkey tells its own version beside that of the Redis which it is compatible with. */
function versionIn(info: string): string | null {
  const valkey = fieldOf(info, 'valkey_version');
  return valkey === null ? fieldOf(info, 'redis_version') : `${valkey} (Valkey)`;
}

function fieldOf(info: string, name: string): string | null {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? null;
}
