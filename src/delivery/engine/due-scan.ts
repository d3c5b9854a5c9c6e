import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { Random } from '../../shared/time/random.js';
import { DuePass } from './due-pass.js';
import { LaneReview } from './lane-review.js';

/** The interval varies by up to this share, so that workers do not scan at the same time. */
const JITTER = 0.2;

/** Regularly finds due deliveries: retries, deliveries whose worker died, and deliveries that the queue lost. */
@Injectable()
export class DueScan {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly review: LaneReview,
    private readonly pass: DuePass,
    private readonly random: Random,
    private readonly logger: Logger,
    private readonly settings: Settings,
  ) {}

  start(): void {
    this.schedule(this.intervalMs());
  }

  stop(): void {
    this.isStopped = true;
    this.pass.stop();
    clearTimeout(this.timer);
  }

  private schedule(delayMs: number): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      void this.run().then((isComplete) => {
        this.schedule(isComplete ? this.intervalMs() : 0);
      });
    }, delayMs);
  }

  private intervalMs(): number {
    return this.settings.dueScanInterval * 1000 * (1 - JITTER + 2 * JITTER * this.random.next());
  }

  /**
   * Never throws: the next scan repeats what has failed.
   *
   * @returns false if more deliveries are due
   */
  private async run(): Promise<boolean> {
    await this.review.run().catch((error: unknown) => {
      this.logFailure(error);
    });
    return this.pass.run().catch((error: unknown) => {
      this.logFailure(error);
      return true;
    });
  }

  private logFailure(error: unknown): void {
    this.logger.warn({ err: error }, 'due_scan.failed');
  }
}
