import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import type { ActiveSubscription, ArrivingDelivery } from '../domain/arriving-delivery.js';
import { type DirectWorker, HandOver, type Outcome, type Reservation } from '../queue/hand-over.js';
import { Claiming } from './claiming.js';
import { Dispatcher } from './dispatcher.js';
import { Lanes } from './lanes/lanes.js';

/** Deliveries per slot that may wait for it, in memory and with a lease, so not for long. */
const WAITING_PER_SLOT = 3;
/** Deliveries with larger payloads do not wait in memory. */
const MAX_BYTES = 16_384;

/** Sends deliveries straight after the commit that accepted them, as far as their lanes will soon have slots. */
@Injectable()
export class DirectAttempts implements DirectWorker, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly maxWaiting: number;

  constructor(
    private readonly handOver: HandOver,
    private readonly lanes: Lanes,
    private readonly claiming: Claiming,
    private readonly dispatcher: Dispatcher,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    { workerConcurrency }: Settings,
  ) {
    this.maxWaiting = workerConcurrency * WAITING_PER_SLOT;
  }

  onApplicationBootstrap(): void {
    this.handOver.connect(this);
  }

  beforeApplicationShutdown(): void {
    this.handOver.disconnect();
  }

  reserve(deliveries: readonly ArrivingDelivery[]): Reservation {
    const nowMs = this.clock.monotonicMs();
    const reserved = deliveries.filter(({ subscriptionId, event: { tenantId, payload } }) =>
      this.lanes.reserve({ subscriptionId, tenantId }, nowMs, payload.length > MAX_BYTES ? 0 : this.maxWaiting),
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
    this.metrics.deliveriesHandedOver.inc(deliveries.length);
    const claimed = await this.claiming.completeArrivals(deliveries, active);
    this.dispatcher.arrive(
      claimed.map((delivery) => {
        const { id, subscriptionId, tenantId } = delivery;
        return { id, subscriptionId, tenantId, attemptCount: 0, claim: { delivery, claimedAtMs } };
      }),
    );
    if (claimed.length === deliveries.length) return;
    const isStarted = new Set(claimed.map(({ id }) => id));
    this.giveBack(deliveries.filter(({ id }) => !isStarted.has(id)));
  }

  private giveBack(deliveries: readonly ArrivingDelivery[]): void {
    for (const { subscriptionId } of deliveries) this.lanes.cancel(subscriptionId);
  }
}
