import { Injectable } from '@nestjs/common';
import { GroupWriter } from '../../shared/group-writer.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import type { PostponedDelivery } from '../domain/finished-attempt.js';
import type { WakeUp } from '../domain/wake-up.js';
import { AttemptRepository } from '../storage/attempt.repository.js';
import { ParkingRepository } from '../storage/parking.repository.js';
import { Lanes } from './lanes/lanes.js';
import { logFailure } from './log-failure.js';

const MAX_GROUP = 256;

/** Parks deliveries that the lanes have no room for, and gives back those that this worker will not send. */
@Injectable()
export class Parking {
  private readonly groups: GroupWriter<WakeUp, null>;

  constructor(
    private readonly repository: ParkingRepository,
    private readonly attempts: AttemptRepository,
    private readonly lanes: Lanes,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    this.groups = new GroupWriter((wakeUps) => this.parkGroup(wakeUps), { items: MAX_GROUP, groups: 1 });
  }

  async park(wakeUps: readonly WakeUp[]): Promise<void> {
    if (wakeUps.length === 0) return;
    await Promise.all(wakeUps.map((wakeUp) => this.groups.submit(wakeUp)));
    this.noteParked(wakeUps);
  }

  /** Counts deliveries that were just parked, and tells their lanes. */
  noteParked(wakeUps: readonly WakeUp[]): void {
    this.metrics.deliveriesParked.inc(wakeUps.length);
    for (const wakeUp of wakeUps) this.lanes.setParked(wakeUp, true);
  }

  /** Makes pending deliveries due at once, so that another worker takes them. Never throws. */
  async giveBack(wakeUps: readonly WakeUp[]): Promise<void> {
    if (wakeUps.length === 0) return;
    try {
      await this.repository.giveBack(wakeUps);
    } catch (error) {
      logFailure(this.logger, error, 'deliveries.not_given_back');
    }
  }

  /** Makes claimed deliveries due at once, without an attempt, because nothing was sent. Never throws. */
  async undoClaims(deliveries: readonly PostponedDelivery['delivery'][]): Promise<void> {
    if (deliveries.length === 0) return;
    try {
      await this.attempts.postpone(deliveries.map((delivery) => ({ delivery, delayMs: 0 })));
    } catch (error) {
      // Their leases end.
      logFailure(this.logger, error, 'deliveries.not_given_back');
    }
  }

  private async parkGroup(wakeUps: WakeUp[]): Promise<null[]> {
    await this.repository.park(wakeUps);
    return wakeUps.map(() => null);
  }
}
