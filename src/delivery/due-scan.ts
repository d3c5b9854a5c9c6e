import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../shared/shared.module.js';
import type { Settings } from '../shared/config/settings.js';
import { Logger } from '../shared/logging/logger.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { Clock } from '../shared/time/clock.js';
import { Random } from '../shared/time/random.js';
import { DeliveryWakeUps } from './delivery-wake-ups.js';
import { DeliveryWorker } from './delivery-worker.js';
import { DeliveryRepository } from './delivery.repository.js';

/** Most deliveries of one take. */
const LIMIT = 1000;
/**
 * Index entries of finished deliveries lie in the way until they are vacuumed, so a scan begins where the last complete one
 * ended, less a margin for transactions that commit late, and looks at everything every so often. Milliseconds.
 */
const MARGIN_MS = 5000;
const FULL_INTERVAL_MS = 30_000;
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
  private completeAtMs = Number.NEGATIVE_INFINITY;
  private fullAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly repository: DeliveryRepository,
    private readonly wakeUps: DeliveryWakeUps,
    private readonly worker: DeliveryWorker,
    private readonly clock: Clock,
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
      await this.pass();
    } catch (error) {
      this.logger.warn({ err: error }, 'due_scan.failed');
    }
  }

  /** Takes batch after batch until nothing is due; or until the queue is full, and then the next pass begins there. */
  private async pass(): Promise<void> {
    const startedMs = this.clock.monotonicMs();
    const isFull = startedMs - this.fullAtMs >= FULL_INTERVAL_MS;
    const lookBackSeconds = isFull ? null : (startedMs - this.completeAtMs + MARGIN_MS) / 1000;
    // What is due can wait in PostgreSQL; in Redis it would only take memory.
    while (!this.isStopped && !(await this.wakeUps.isQueueFull())) {
      if (await this.wakeDue(lookBackSeconds)) {
        this.completeAtMs = startedMs;
        if (isFull) this.fullAtMs = startedMs;
        return;
      }
    }
  }

  /** @returns whether that was all */
  private async wakeDue(lookBackSeconds: number | null): Promise<boolean> {
    const { wakeUps, failed, isComplete } = await this.repository.takeDue(LIMIT, lookBackSeconds);
    this.metrics.dueScanTaken.inc(wakeUps.length + failed);
    if (failed > 0) this.metrics.deliveriesFinished.inc({ outcome: 'failed' }, failed);
    const isQueued = wakeUps.length === 0 || (await this.wakeUps.hand(wakeUps));
    if (!isQueued) await this.worker.admit(wakeUps);
    return isComplete;
  }
}
