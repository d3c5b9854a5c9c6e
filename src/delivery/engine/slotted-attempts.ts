import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import { effectivePolicy } from '../../subscriptions/index.js';
import { AttemptPipeline } from '../attempt/attempt-pipeline.js';
import type { Claim } from './claiming.js';
import type { Origin } from './lanes/lane.js';
import { Lanes } from './lanes/lanes.js';

/** A slot of a lane. */
export interface Slot {
  readonly laneId: Uuid;
  readonly origin: Origin;
}

/** Runs attempts in slots of their lanes. */
@Injectable()
export class SlottedAttempts {
  private readonly graceMs: number;

  constructor(
    private readonly lanes: Lanes,
    private readonly pipeline: AttemptPipeline,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly settings: Settings,
  ) {
    this.graceMs = settings.leaseGrace * 1000;
  }

  /**
   * Resolves when the outcome is recorded and the slot is free. Never throws.
   *
   * @param slot the one that was taken for it: a wake-up may name another subscription than the delivery has
   * @param onAnswered called when the receiver is done with, which may let the lane take more
   */
  async run({ delivery, claimedAtMs }: Claim, { laneId, origin }: Slot, onAnswered: () => void): Promise<void> {
    // Its request could outlive the lease and meet the next attempt of another worker, so it is left to that one.
    if (this.clock.monotonicMs() - claimedAtMs > this.graceMs) {
      this.logger.warn({ delivery_id: delivery.publicIds.delivery, attempt: delivery.attempt }, 'attempt.too_late');
      this.lanes.giveBack(laneId, 1, origin);
      return;
    }
    const policy = effectivePolicy(delivery.subscription, this.settings);
    const end = this.lanes.start(laneId, policy.maxInFlight, this.clock.monotonicMs());
    this.metrics.attemptsInFlight.inc();
    await this.pipeline.run(delivery, policy, (isWell) => {
      end(this.clock.monotonicMs(), isWell);
      this.metrics.attemptsInFlight.dec();
      onAnswered();
    });
    this.lanes.freeSlot(laneId, origin);
  }
}
