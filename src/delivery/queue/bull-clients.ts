import type { Redis, RedisOptions } from 'ioredis';
import type { Logger } from '../../shared/logging/logger.js';
import { connectRedis } from '../../shared/redis/redis.js';

/** Redis connections of a process's queues. Bull closes only connections that it opened, so these are closed here. */
export class BullClients {
  private readonly opened: Redis[] = [];
  private readonly shared = new Map<string, Redis>();

  constructor(
    private readonly redisUrl: string,
    private readonly logger: Logger,
  ) {}

  open(options: RedisOptions, purpose: string): Redis {
    const client = connectRedis(this.redisUrl, options, this.logger, purpose);
    this.opened.push(client);
    return client;
  }

  /** Opens a connection once for each purpose, and shares it among all queues of the process. */
  openShared(options: RedisOptions, purpose: string): Redis {
    const client = this.shared.get(purpose) ?? this.open(options, purpose);
    this.shared.set(purpose, client);
    return client;
  }

  disconnect(): void {
    for (const client of this.opened) client.disconnect();
  }
}
