import { Injectable } from '@nestjs/common';
import { GroupWriter } from '../../shared/group-writer.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import type { ActiveSubscription, ArrivingDelivery } from '../domain/arriving-delivery.js';
import type { Claim, ClaimedDelivery } from '../domain/claimed-delivery.js';
import { assignClaims } from '../domain/assign-claims.js';
import type { WakeUp } from '../domain/wake-up.js';
import { DeliveryReport } from '../report/delivery-report.js';
import { ClaimRepository } from '../storage/claim.repository.js';
import { logFailure } from './log-failure.js';

const MAX_GROUP = 256;

/** Claims deliveries in groups. */
@Injectable()
export class Claiming {
  private readonly groups: GroupWriter<WakeUp, Claim | null>;

  constructor(
    private readonly repository: ClaimRepository,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly report: DeliveryReport,
  ) {
    this.groups = new GroupWriter((wakeUps) => this.claimGroup(wakeUps), {
      items: MAX_GROUP,
      groups: 2,
    });
  }

  /** Never throws. Resolves with null when the delivery could not be claimed. */
  claim(wakeUp: WakeUp): Promise<Claim | null> {
    return this.groups.submit(wakeUp);
  }

  /**
   * Completes deliveries that were claimed when they were accepted. Never throws.
   *
   * @returns those that can be sent; the subscriptions of the others are deleted or could not be read
   */
  async completeArrivals(
    deliveries: readonly ArrivingDelivery[],
    active: readonly ActiveSubscription[],
  ): Promise<ClaimedDelivery[]> {
    this.metrics.deliveriesHandedOver.inc(deliveries.length);
    try {
      return await this.repository.completeArrivals(deliveries, active);
    } catch (error) {
      logFailure(this.logger, error, 'deliveries.not_claimed');
      return [];
    }
  }

  /** Parks or cancels accepted deliveries that were not claimed, because their subscription is not active. */
  async settleArrivals(deliveries: readonly ArrivingDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await this.settle(
      deliveries.map(({ id, subscriptionId, event: { tenantId } }) => ({
        id,
        subscriptionId,
        attemptCount: 0,
        tenantId,
      })),
    );
  }

  private async claimGroup(wakeUps: WakeUp[]): Promise<(Claim | null)[]> {
    const claimedAtMs = this.clock.monotonicMs();
    const days = Map.groupBy(wakeUps, (wakeUp) => this.repository.dayOf(wakeUp));
    const claimed = await Promise.all([...days.values()].map((ofDay) => this.claimDay(ofDay)));
    return assignClaims(wakeUps, claimed.flat()).map((delivery) => delivery && { delivery, claimedAtMs });
  }

  private async claimDay(wakeUps: WakeUp[]): Promise<ClaimedDelivery[]> {
    try {
      const claimed = await this.repository.claim(wakeUps);
      const claimedIds = new Set(claimed.map(({ id }) => id));
      const unclaimed = wakeUps.filter(({ id }) => !claimedIds.has(id));
      // Not awaited, because the leases of the claimed deliveries are running.
      if (unclaimed.length > 0) void this.settle(unclaimed);
      return claimed;
    } catch (error) {
      // The deliveries are still pending, or in flight until their leases end. Either way, the due scan finds them.
      logFailure(this.logger, error, 'deliveries.not_claimed');
      return [];
    }
  }

  /** Parks or cancels deliveries of subscriptions that are not active. Never throws. */
  private async settle(wakeUps: WakeUp[]): Promise<void> {
    try {
      this.report.subscriptionDeleted(await this.repository.settleUnclaimed(wakeUps));
    } catch (error) {
      logFailure(this.logger, error, 'deliveries.not_settled');
    }
  }
}
