import { Inject, Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { type Linger, Lingering } from '../../shared/lingering.js';
import { Logger } from '../../shared/logging/logger.js';
import { Clock } from '../../shared/time/clock.js';
import type { Claim, ClaimedDelivery } from '../domain/claimed-delivery.js';
import { ClaimRepository } from '../storage/claim.repository.js';
import { Lanes, type LaneSlots } from './lanes/lanes.js';
import { logFailure } from './log-failure.js';

/**
 * While many requests are answered, a pull waits a little, so that one statement serves more slots. What is parked is
 * late already, and a few milliseconds cost it nothing that a receiver would notice.
 */
const LINGER: Omit<Linger, 'fullAt'> = { ms: 5, fromRate: 500 };
/** The wait ends when this share of the worker's slots has become free: with more, slots stay unused. */
const LINGERING_SHARE = 1 / 8;

/** Claims parked deliveries for the free slots of their lanes. */
@Injectable()
export class Pulling {
  private isPulling = false;
  private readonly lingering: Lingering;
  private timer: NodeJS.Timeout | undefined;
  /** Slots that have become free since the last pull. */
  private freed = 0;

  constructor(
    private readonly repository: ClaimRepository,
    private readonly lanes: Lanes,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(Settings) { workerConcurrency }: Pick<Settings, 'workerConcurrency'>,
  ) {
    this.lingering = new Lingering({ ...LINGER, fullAt: Math.ceil(workerConcurrency * LINGERING_SHARE) });
  }

  noteFreeSlot(): void {
    this.freed += 1;
    this.lingering.note();
  }

  /** Calls `start` now, or soon if more slots will be free then. Does nothing during a pull, or while it waits. */
  whenDue(start: () => void): void {
    if (this.isPulling) return;
    if (!this.lingering.isDue(this.freed)) start();
    else
      this.timer ??= this.lingering.begin(() => {
        this.timer = undefined;
        start();
      });
  }

  /**
   * Never throws.
   *
   * @param wanted slots that lanes have taken for parked deliveries
   * @returns the claimed deliveries, each of which uses one of the slots; the unused slots are given back
   */
  async pull(wanted: readonly LaneSlots[]): Promise<Claim[]> {
    this.isPulling = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.freed = 0;
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
