import { Injectable } from '@nestjs/common';
import { Logger } from '../../shared/logging/logger.js';
import { Clock } from '../../shared/time/clock.js';
import type { Claim, ClaimedDelivery } from '../domain/claimed-delivery.js';
import { ClaimRepository } from '../storage/claim.repository.js';
import { Lanes, type LaneSlots } from './lanes/lanes.js';
import { logFailure } from './log-failure.js';

/** Claims parked deliveries for the free slots of their lanes. */
@Injectable()
export class Pulling {
  private isPulling = false;

  constructor(
    private readonly repository: ClaimRepository,
    private readonly lanes: Lanes,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** True during a pull. The dispatcher starts only one at a time. */
  get isBusy(): boolean {
    return this.isPulling;
  }

  /**
   * Never throws.
   *
   * @param wanted slots that lanes have taken for parked deliveries
   * @returns the claimed deliveries, each of which uses one of the slots; the unused slots are given back
   */
  async pull(wanted: readonly LaneSlots[]): Promise<Claim[]> {
    this.isPulling = true;
    const claimedAtMs = this.clock.monotonicMs();
    const pulled = await this.claim(wanted);
    this.isPulling = false;
    const bySubscription = Map.groupBy(pulled, ({ subscriptionId }) => subscriptionId);
    for (const { free, ...key } of wanted) {
      const { subscriptionId } = key;
      const found = bySubscription.get(subscriptionId)?.length ?? 0;
      if (found === free) continue;
      // None are left, or the subscription is not active. If more appear, the next review will tell.
      this.lanes.setParked(key, false);
      this.lanes.giveBack(subscriptionId, free - found, 'parked');
    }
    return pulled.map((delivery) => ({ delivery, claimedAtMs }));
  }

  private async claim(wanted: readonly LaneSlots[]): Promise<ClaimedDelivery[]> {
    try {
      return await this.repository.pull(wanted);
    } catch (error) {
      logFailure(this.logger, error, 'deliveries.not_pulled');
      return [];
    }
  }
}
