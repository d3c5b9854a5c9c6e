import { once } from 'node:events';
import type { Redis } from 'ioredis';
import type { Logger } from '../logging/logger.js';
import { connectRedis, FAIL_FAST } from './redis.js';

/** Longest wait for the connection. */
const READY_TIMEOUT_MS = 1000;

/**
 * A connection that is made when it is first used. Callers wait up to a second for it, and no longer for an answer. The
 * queues of ioredis would not do: a command that waits in that of a Cluster has no timeout.
 */
export class LazyClient {
  private readonly client: Redis;
  private becomingReady: Promise<unknown> | undefined;

  constructor(redisUrl: string, purpose: string, logger: Logger) {
    this.client = connectRedis(redisUrl, { ...FAIL_FAST, lazyConnect: true }, logger, purpose);
  }

  /** Whether a command would be sent at once. */
  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  /** @throws Error while Redis is away */
  async ready(): Promise<Redis> {
    const { client } = this;
    if (client.status === 'ready') return client;
    if (client.status === 'wait') client.connect().catch(() => undefined);
    // One for all callers, because each adds listeners.
    this.becomingReady ??= once(client, 'ready', { signal: AbortSignal.timeout(READY_TIMEOUT_MS) }).finally(() => {
      this.becomingReady = undefined;
    });
    await this.becomingReady;
    return client;
  }

  close(): void {
    this.client.disconnect();
  }
}
