import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '../logging/logger.js';

const INTERVAL_MS = 3_600_000;

/** What a process does at its start, and each hour after that. What fails is tried again in an hour. */
export abstract class Hourly implements OnApplicationBootstrap, OnModuleDestroy {
  private timer?: NodeJS.Timeout;
  protected isStopped = false;

  /** @param failed the event that the log has when it fails */
  protected constructor(
    protected readonly logger: Logger,
    private readonly failed: string,
  ) {}

  protected abstract run(): Promise<void>;

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.tryIt(), INTERVAL_MS).unref();
    void this.tryIt();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearInterval(this.timer);
  }

  private async tryIt(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      // The end of the process takes its connection away.
      if (!this.isStopped) this.logger.error({ err: error }, this.failed);
    }
  }
}
