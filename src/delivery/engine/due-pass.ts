import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import { DueRepository } from '../storage/due.repository.js';
import type { DueEnd } from '../storage/statements/take-due.js';
import { Capacity } from './capacity.js';
import { Dispatcher } from './dispatcher.js';
import { Parking } from './parking.js';

/** Most deliveries of one batch. */
const BATCH = 1000;
/**
 * Index entries of finished deliveries lie in the way until they are vacuumed. So a pass begins where the last complete
 * one ended, less a margin for transactions that commit late, and every so often looks at everything. In milliseconds.
 */
const MARGIN_MS = 5000;
const FULL_INTERVAL_MS = 30_000;

/**
 * One pass over what is due. It hands deliveries to its own worker and not to the queue, where new events would wait
 * behind them. What the lanes should not hold is parked by the statement that takes it, so new events pass it in the
 * lanes, too.
 */
@Injectable()
export class DuePass {
  private readonly maxMs: number;
  private completeAtMs = Number.NEGATIVE_INFINITY;
  private fullAtMs = Number.NEGATIVE_INFINITY;
  private end: DueEnd = 'newest';
  private isStopped = false;

  constructor(
    private readonly repository: DueRepository,
    private readonly dispatcher: Dispatcher,
    private readonly parking: Parking,
    private readonly capacity: Capacity,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    { dueScanInterval }: Settings,
  ) {
    this.maxMs = dueScanInterval * 1000;
  }

  /** No batch follows the one under way. */
  stop(): void {
    this.isStopped = true;
  }

  /**
   * Takes batch after batch until nothing is due, or for as long as one interval between passes. From both ends in
   * turns: what becomes due for others would otherwise wait behind a backlog, which may be all of one subscription.
   *
   * @returns false when more is due
   */
  async run(): Promise<boolean> {
    const startedMs = this.clock.monotonicMs();
    const isFull = startedMs - this.fullAtMs >= FULL_INTERVAL_MS;
    const lookBackSeconds = isFull ? null : (startedMs - this.completeAtMs + MARGIN_MS) / 1000;
    let isBacklog = false;
    while (!this.isStopped && this.clock.monotonicMs() - startedMs < this.maxMs) {
      this.end = this.end === 'oldest' ? 'newest' : 'oldest';
      if (await this.takeBatch(lookBackSeconds, isBacklog || !this.capacity.hasRoomForDue)) {
        this.completeAtMs = startedMs;
        if (isFull) this.fullAtMs = startedMs;
        return true;
      }
      isBacklog = true;
    }
    return false;
  }

  /** @returns whether that was all */
  private async takeBatch(lookBackSeconds: number | null, parks: boolean): Promise<boolean> {
    const { end } = this;
    const { wakeUps, failed, isComplete } = await this.repository.takeDue(BATCH, lookBackSeconds, { end, parks });
    this.metrics.dueScanTaken.inc(wakeUps.length + failed);
    if (failed > 0) this.metrics.deliveriesFinished.inc({ outcome: 'failed' }, failed);
    if (parks) {
      this.parking.noteParked(wakeUps);
      this.dispatcher.advance();
    } else {
      await this.dispatcher.dispatch(wakeUps);
    }
    return isComplete;
  }
}
