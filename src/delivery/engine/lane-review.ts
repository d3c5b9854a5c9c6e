import { Injectable } from '@nestjs/common';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import { ParkingRepository } from '../storage/parking.repository.js';
import { Dispatcher } from './dispatcher.js';
import { Lanes } from './lanes/lanes.js';

/** Parked deliveries of each deleted subscription that one review cancels. */
const MAX_CANCELLED = 2000;
/** Subscriptions with parked deliveries that one review finds. A tenant may have very many; the next review goes on. */
const MAX_FOUND = 5000;

/** What the lanes can't see for themselves: who has parked deliveries, and whose subscription is gone. */
@Injectable()
export class LaneReview {
  private reviewedUpTo: Uuid | null = null;

  constructor(
    private readonly lanes: Lanes,
    private readonly dispatcher: Dispatcher,
    private readonly repository: ParkingRepository,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Parks what has waited too long in the lanes, tells lanes of their parked deliveries, and cancels those of deleted
   * subscriptions.
   */
  async run(): Promise<void> {
    await this.dispatcher.park(this.lanes.takeOverdue(this.clock.monotonicMs()));
    const { active, deleted, last } = await this.repository.listWithParked(this.reviewedUpTo, MAX_FOUND);
    this.reviewedUpTo = last;
    for (const key of active) this.lanes.setParked(key, true);
    this.dispatcher.advance();
    await this.cancelGone(deleted);
  }

  private async cancelGone(subscriptionIds: readonly Uuid[]): Promise<void> {
    if (subscriptionIds.length === 0) return;
    const cancelled = await this.repository.cancelParkedOfDeleted(subscriptionIds, MAX_CANCELLED);
    if (cancelled > 0) this.metrics.deliveriesFinished.inc({ outcome: 'cancelled' }, cancelled);
  }
}
