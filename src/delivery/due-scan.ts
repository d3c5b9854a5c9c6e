import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../shared/shared.module.js';
import type { Settings } from '../shared/config/settings.js';
import { Logger } from '../shared/logging/logger.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { Random } from '../shared/time/random.js';
import { DeliveryWakeUps } from './delivery-wake-ups.js';
import { DeliveryWorker } from './delivery-worker.js';
import { DeliveryRepository } from './delivery.repository.js';

/** Most deliveries of one take. */
const LIMIT = 1000;
/** Scans of several workers should not fall together: each waits this share more or less. */
const JITTER = 0.2;

/**
 * Finds what is due: retries, deliveries whose worker died, deliveries that the queue lost. One mechanism for all three. It
 * runs outside the queue, and works without it.
 */
@Injectable()
export class DueScan {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly repository: DeliveryRepository,
    private readonly wakeUps: DeliveryWakeUps,
    private readonly worker: DeliveryWorker,
    private readonly random: Random,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {}

  start(): void {
    this.isStopped = false;
    this.schedule();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.isStopped) return;
    const delayMs = this.settings.dueScanInterval * 1000 * (1 - JITTER + 2 * JITTER * this.random.next());
    this.timer = setTimeout(() => {
      void this.run().finally(() => {
        this.schedule();
      });
    }, delayMs);
  }

  /** Never throws: what fails now is tried again at the next scan. */
  private async run(): Promise<void> {
    try {
      await this.worker.lookAround();
      let taken: number;
      do {
        taken = await this.wakeDue();
      } while (taken === LIMIT && !this.isStopped);
    } catch (error) {
      this.logger.warn({ err: error }, 'due_scan.failed');
    }
  }

  private async wakeDue(): Promise<number> {
    // What is due can wait in PostgreSQL; in Redis it would only take memory.
    if (await this.wakeUps.isQueueFull()) return 0;
    const { wakeUps, failed } = await this.repository.takeDue(LIMIT);
    this.metrics.dueScanTaken.inc(wakeUps.length + failed);
    if (failed > 0) this.metrics.deliveriesFinished.inc({ outcome: 'failed' }, failed);
    if (wakeUps.length === 0) return failed;
    const isQueued = await this.wakeUps.hand(wakeUps);
    if (!isQueued) await this.worker.admit(wakeUps);
    return wakeUps.length + failed;
  }
}
