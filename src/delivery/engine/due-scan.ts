import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import { Random } from '../../shared/time/random.js';
import { DeliveryWorker } from './dispatcher.js';
import { DeliveryRepository } from '../storage/delivery.repository.js';
import type { DueEnd } from '../storage/statements/take-due.js';

/** Most deliveries of one take. */
const LIMIT = 1000;
/**
 * Index entries of finished deliveries lie in the way until they are vacuumed, so a scan begins where the last complete
 * one ended, less a margin for transactions that commit late, and looks at everything every so often. Milliseconds.
 */
const MARGIN_MS = 5000;
const FULL_INTERVAL_MS = 30_000;
/** Scans of several workers should not fall together: each waits this share more or less. */
const JITTER = 0.2;

/**
 * Finds what is due: retries, deliveries whose worker died, deliveries that the queue lost. One mechanism for all
 * three. It hands them to its own worker, and not to the queue: there new events would wait behind them. What is more
 * than the lanes should hold is parked by the same statement that takes it, so that new events pass it in the lanes,
 * too.
 */
@Injectable()
export class DueScan {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;
  private completeAtMs = Number.NEGATIVE_INFINITY;
  private fullAtMs = Number.NEGATIVE_INFINITY;
  private end: DueEnd = 'newest';

  constructor(
    private readonly repository: DeliveryRepository,
    private readonly worker: DeliveryWorker,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly settings: Settings,
  ) {}

  start(): void {
    this.isStopped = false;
    this.schedule();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private schedule(delayMs = this.intervalMs()): void {
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
   * Never throws: what fails now is tried again at the next scan.
   *
   * @returns false when more is due
   */
  private async run(): Promise<boolean> {
    const complain = (error: unknown): void => {
      this.logger.warn({ err: error }, 'due_scan.failed');
    };
    await this.worker.lookAround().catch(complain);
    return this.pass().catch((error: unknown) => {
      complain(error);
      return true;
    });
  }

  /**
   * Takes batch after batch until nothing is due, or until it is time to look around again. From both ends in turns:
   * behind a backlog, which may be all of one subscription, what becomes due for the others would wait until the last
   * of it is looked at.
   */
  private async pass(): Promise<boolean> {
    const startedMs = this.clock.monotonicMs();
    const isFull = startedMs - this.fullAtMs >= FULL_INTERVAL_MS;
    const lookBackSeconds = isFull ? null : (startedMs - this.completeAtMs + MARGIN_MS) / 1000;
    let isBacklog = false;
    while (!this.isStopped && this.clock.monotonicMs() - startedMs < this.settings.dueScanInterval * 1000) {
      this.end = this.end === 'oldest' ? 'newest' : 'oldest';
      if (await this.takeDue(lookBackSeconds, isBacklog || !this.worker.hasRoomForDue)) {
        this.completeAtMs = startedMs;
        if (isFull) this.fullAtMs = startedMs;
        return true;
      }
      isBacklog = true;
    }
    return false;
  }

  /** @returns whether that was all */
  private async takeDue(lookBackSeconds: number | null, parks: boolean): Promise<boolean> {
    const { end } = this;
    const { wakeUps, failed, isComplete } = await this.repository.takeDue(LIMIT, lookBackSeconds, { end, parks });
    this.metrics.dueScanTaken.inc(wakeUps.length + failed);
    if (failed > 0) this.metrics.deliveriesFinished.inc({ outcome: 'failed' }, failed);
    if (parks) this.worker.noteParked(wakeUps);
    else await this.worker.take(wakeUps);
    return isComplete;
  }
}
