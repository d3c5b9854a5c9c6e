import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Clock } from '../../shared/time/clock.js';
import { effectivePolicy } from '../../subscriptions/index.js';
import type { ActiveSubscription, ArrivingDelivery } from '../domain/arriving-delivery.js';
import { type DirectWorker, HandOver, type Outcome, type Reservation } from '../queue/hand-over.js';
import { Claiming } from './claiming.js';
import { Dispatcher } from './dispatcher.js';
import { Lanes } from './lanes/lanes.js';
import { Parking } from './parking.js';

/** Sends deliveries straight after the commit that accepted them, if their lanes have free slots. */
@Injectable()
export class DirectAttempts implements DirectWorker, OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly handOver: HandOver,
    private readonly lanes: Lanes,
    private readonly claiming: Claiming,
    private readonly dispatcher: Dispatcher,
    private readonly parking: Parking,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  onApplicationBootstrap(): void {
    this.handOver.connect(this);
  }

  beforeApplicationShutdown(): void {
    this.handOver.disconnect();
  }

  reserve(deliveries: readonly ArrivingDelivery[]): Reservation {
    const nowMs = this.clock.monotonicMs();
    const reserved = deliveries.filter(({ subscriptionId, event: { tenantId } }) =>
      this.lanes.reserve({ subscriptionId, tenantId }, nowMs),
    );
    return {
      ids: new Set(reserved.map(({ id }) => id)),
      subscriptionIds: [...new Set(reserved.map(({ subscriptionId }) => subscriptionId))],
      start: (outcome) => {
        this.start(reserved, outcome, nowMs);
      },
      giveBack: () => {
        this.giveBack(reserved);
      },
    };
  }

  private start(reserved: readonly ArrivingDelivery[], { accepted, active }: Outcome, claimedAtMs: number): void {
    if (reserved.length === 0) return;
    const activeIds = new Set(active.map(({ id }) => id));
    const stored = reserved.filter(({ event }) => accepted.has(event.id));
    const claimed = stored.filter(({ subscriptionId }) => activeIds.has(subscriptionId));
    if (claimed.length > 0) void this.send(claimed, active, claimedAtMs);
    if (claimed.length === reserved.length) return;
    const isClaimed = new Set(claimed);
    this.giveBack(reserved.filter((delivery) => !isClaimed.has(delivery)));
    void this.claiming.settleArrivals(stored.filter((delivery) => !isClaimed.has(delivery)));
  }

  private async send(
    deliveries: readonly ArrivingDelivery[],
    active: readonly ActiveSubscription[],
    claimedAtMs: number,
  ): Promise<void> {
    const claimed = await this.claiming.completeArrivals(deliveries, active);
    this.dispatcher.arrive(
      claimed.map((delivery) => {
        const { id, subscriptionId, tenantId } = delivery;
        const { maxInFlight } = effectivePolicy(delivery.subscription, this.settings);
        return { id, subscriptionId, tenantId, attemptCount: 0, claim: { delivery, claimedAtMs }, maxInFlight };
      }),
    );
    if (claimed.length === deliveries.length) return;
    const isComplete = new Set(claimed.map(({ id }) => id));
    const others = deliveries.filter(({ id }) => !isComplete.has(id));
    this.giveBack(others);
    await this.parking.undoClaims(others.map(({ id }) => ({ id, attempt: 1 })));
  }

  private giveBack(deliveries: readonly ArrivingDelivery[]): void {
    for (const { subscriptionId } of deliveries) this.lanes.cancel(subscriptionId);
  }
}
