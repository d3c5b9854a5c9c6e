import { Injectable } from '@nestjs/common';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Clock } from '../../shared/time/clock.js';
import { DeliveryReport } from '../report/delivery-report.js';
import { ParkingRepository } from '../storage/parking.repository.js';
import { Dispatcher } from './dispatcher.js';
import { Lanes } from './lanes/lanes.js';

/** Maximum parked deliveries per deleted subscription that one review cancels. */
const MAX_CANCELLED = 2000;
/** Maximum subscriptions with parked deliveries that one review lists. The next review continues after the last one. */
const MAX_FOUND = 5000;

/** Tells the lanes what only PostgreSQL knows: which subscriptions have parked deliveries, and which are deleted. */
@Injectable()
export class LaneReview {
  private reviewedUpTo: Uuid | null = null;

  constructor(
    private readonly lanes: Lanes,
    private readonly dispatcher: Dispatcher,
    private readonly repository: ParkingRepository,
    private readonly clock: Clock,
    private readonly report: DeliveryReport,
  ) {}

  /**
   * Parks deliveries that have waited too long in their lanes, tells lanes about their parked deliveries, and cancels
   * parked deliveries of deleted subscriptions.
   */
  async run(): Promise<void> {
    await this.dispatcher.park(this.lanes.takeOverdue(this.clock.monotonicMs()));
    const { active, deleted, last } = await this.repository.listWithParked(this.reviewedUpTo, MAX_FOUND);
    this.reviewedUpTo = last;
    for (const key of active) this.lanes.noteBacklog(key, this.clock.monotonicMs());
    this.dispatcher.advance();
    await this.cancelDeleted(deleted);
  }

  private async cancelDeleted(subscriptionIds: readonly Uuid[]): Promise<void> {
    if (subscriptionIds.length === 0) return;
    this.report.subscriptionDeleted(await this.repository.cancelParkedOfDeleted(subscriptionIds, MAX_CANCELLED));
  }
}
