import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Clock } from '../../shared/time/clock.js';
import { DeliveryReport } from '../report/delivery-report.js';
import { DueRepository } from '../storage/due.repository.js';
import type { DueEnd } from '../storage/statements/take-due.js';
import { Capacity } from './capacity.js';
import { Dispatcher } from './dispatcher.js';
import { Parking } from './parking.js';

/** Maximum deliveries per batch. */
const BATCH = 1000;
/**
 * Index entries of finished deliveries slow a pass down until they are vacuumed. So a pass starts where the last
 * complete pass started, minus this margin for transactions that commit late.
 */
const MARGIN_MS = 5000;
/** Interval between passes that look at everything. */
const FULL_INTERVAL_MS = 30_000;

/**
 * One pass over the due deliveries. It hands them to its own worker and not to the queue, where new events would wait
 * behind them. If the lanes have no room, the statement that takes the deliveries parks them, so that new events can
 * overtake them.
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
    private readonly report: DeliveryReport,
    { dueScanInterval }: Settings,
  ) {
    this.maxMs = dueScanInterval * 1000;
  }

  /** Ends the pass after the current batch. */
  stop(): void {
    this.isStopped = true;
  }

  /**
   * Takes batches until nothing is due, for at most one scan interval. Batches alternate between the oldest and the
   * newest deliveries. Otherwise, deliveries that become due now would wait behind a backlog, perhaps of a single
   * subscription.
   *
   * @returns false if more deliveries are due
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

  /** @returns true if nothing else is due */
  private async takeBatch(lookBackSeconds: number | null, parks: boolean): Promise<boolean> {
    const { end } = this;
    const { wakeUps, failed, isComplete } = await this.repository.takeDue(BATCH, lookBackSeconds, { end, parks });
    this.report.due(wakeUps.length, failed);
    if (parks) {
      this.parking.noteParked(wakeUps);
      this.dispatcher.advance();
    } else {
      await this.dispatcher.dispatch(wakeUps);
    }
    return isComplete;
  }
}
