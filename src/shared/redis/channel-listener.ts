import type { Redis } from 'ioredis';
import type { Logger } from '../logging/logger.js';
import { connectRedis, PATIENT } from './redis.js';

/** How often a listener asks whether its connection still lives, and tries again to subscribe if Redis refused it. */
const CHECK_INTERVAL_MS = 5000;

interface ChannelTerms {
  readonly channel: string;
  /** Names the connection in the log. */
  readonly purpose: string;
  /** Runs before each subscription, on its connection: a subscribed one takes no other commands. */
  readonly beforeSubscribing?: (client: Redis) => Promise<unknown>;
  /** Messages arrive from now on. Earlier ones may have been missed. */
  readonly onSubscribed: () => void;
  readonly onMessage: (message: string) => void;
  /** Messages may be missed from now on. */
  readonly onLost?: () => void;
  /** Redis refused the subscription, which is tried again. */
  readonly onRefused: (error: unknown) => void;
}

/**
 * Listens to a channel of Redis for as long as the process runs. Subscribes again after each loss of the connection,
 * and after each refusal, such as by a Redis that still loads its data.
 */
export class ChannelListener {
  private readonly client: Redis;
  private hasSubscribed = false;
  private isSubscribing = false;
  private checks: NodeJS.Timeout | undefined;

  constructor(
    redisUrl: string,
    private readonly terms: ChannelTerms,
    logger: Logger,
  ) {
    // ioredis would subscribe again by itself, and leave nobody to catch it when Redis refuses: that ends a process.
    this.client = connectRedis(redisUrl, { ...PATIENT, autoResubscribe: false }, logger, terms.purpose);
  }

  /** Whether messages arrive. */
  get isListening(): boolean {
    return this.hasSubscribed;
  }

  start(): void {
    const { client } = this;
    client.on('message', (_channel: string, message: string) => { this.terms.onMessage(message); }); // prettier-ignore
    client.on('close', () => { this.lose(); }); // prettier-ignore
    client.on('ready', () => void this.subscribe());
    if (client.status === 'ready') void this.subscribe();
    this.checks = setInterval(() => { this.check(); }, CHECK_INTERVAL_MS).unref(); // prettier-ignore
  }

  close(): void {
    clearInterval(this.checks);
    this.client.disconnect();
  }

  /** Nobody answers on a dead connection, and the client closes one on which an answer is overdue. */
  private check(): void {
    if (this.hasSubscribed) this.client.ping().catch(() => undefined);
    else if (this.client.status === 'ready') void this.subscribe();
  }

  private lose(): void {
    this.hasSubscribed = false;
    this.terms.onLost?.();
  }

  /** Never throws. */
  private async subscribe(): Promise<void> {
    if (this.isSubscribing) return;
    this.isSubscribing = true;
    try {
      await this.terms.beforeSubscribing?.(this.client);
      await this.client.subscribe(this.terms.channel);
      this.hasSubscribed = true;
      this.terms.onSubscribed();
    } catch (error) {
      this.terms.onRefused(error);
    } finally {
      this.isSubscribing = false;
    }
  }
}
