import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Logger } from '../logging/logger.js';

const INTERVAL_MS = 3_600_000;

/** @param isStopped whether the process is shutting down, in which case the rest can wait for the next run */
type Chore = (isStopped: () => boolean) => Promise<void>;

/**
 * Runs chores at the start of the process, and then every hour. A failed chore runs again in an hour.
 *
 * `@nestjs/schedule` would bring cron and luxon for one timer. Its intervals neither start with a run nor log failures
 * as events.
 */
@Injectable()
export class Janitor implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly chores: { readonly failed: string; readonly chore: Chore }[] = [];
  private timer?: NodeJS.Timeout;
  private isStopped = false;

  constructor(private readonly logger: Logger) {}

  /**
   * Adds a chore. Call this before the application starts.
   *
   * @param failed name of the log event for a failure of the chore
   */
  add(failed: string, chore: Chore): void {
    this.chores.push({ failed, chore });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(this.runAll, INTERVAL_MS).unref();
    this.runAll();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearInterval(this.timer);
  }

  private readonly runAll = (): void => {
    for (const chore of this.chores) void this.run(chore);
  };

  private async run({ failed, chore }: { failed: string; chore: Chore }): Promise<void> {
    try {
      await chore(() => this.isStopped);
    } catch (error) {
      // During a shutdown, chores fail because their connections are closed.
      if (!this.isStopped) this.logger.error({ err: error }, failed);
    }
  }
}

/** Repeats a step that handles up to `size` rows until none are left. @returns total number of rows handled */
export async function inGroups(
  size: number,
  step: () => Promise<number>,
  isStopped: () => boolean = () => false,
): Promise<number> {
  let total = 0;
  for (let count = size; count >= size && !isStopped(); total += count) count = await step();
  return total;
}
