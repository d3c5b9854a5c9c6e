import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Logger } from '../logging/logger.js';

const INTERVAL_MS = 3_600_000;

/** @param isStopped whether the process is about to end: what is left can wait for the next run */
type Chore = (isStopped: () => boolean) => Promise<void>;

/**
 * Runs chores when the process starts, and then every hour. A chore that fails is tried again in an hour.
 *
 * `@nestjs/schedule` would bring cron and luxon for one timer, and its intervals neither begin with a run nor log
 * failures as events.
 */
@Injectable()
export class Janitor implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly chores: { readonly failed: string; readonly chore: Chore }[] = [];
  private timer?: NodeJS.Timeout;
  private isStopped = false;

  constructor(private readonly logger: Logger) {}

  /**
   * To be called before the application starts.
   *
   * @param failed the event to log when the chore fails
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
    for (const { failed, chore } of this.chores) {
      chore(() => this.isStopped).catch((error: unknown) => {
        // The end of the process takes its connection away.
        if (!this.isStopped) this.logger.error({ err: error }, failed);
      });
    }
  };
}

/** Repeats a step that handles up to `size` rows until there are no more. @returns how many it handled in all */
export async function inGroups(
  size: number,
  step: () => Promise<number>,
  isStopped: () => boolean = () => false,
): Promise<number> {
  let total = 0;
  for (let count = size; count >= size && !isStopped(); total += count) count = await step();
  return total;
}
