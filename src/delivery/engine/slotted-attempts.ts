import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import { effectivePolicy } from '../../subscriptions/index.js';
import { AttemptPipeline } from '../attempt/attempt-pipeline.js';
import type { Claim } from '../domain/claimed-delivery.js';
import type { Origin } from './lanes/lane.js';
import { Lanes } from './lanes/lanes.js';

/** A slot that a lane has taken. */
export interface Slot {
  readonly laneId: Uuid;
  readonly origin: Origin;
}

/** Runs attempts in the slots of their lanes. */
@Injectable()
export class SlottedAttempts {
  private readonly graceMs: number;
  /** Attempts whose slots are free, and whose outcomes are not recorded yet. */
  private recording = 0;

  constructor(
    private readonly lanes: Lanes,
    private readonly pipeline: AttemptPipeline,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly settings: Settings,
  ) {
    this.graceMs = settings.leaseGrace * 1000;
    metrics.addGauge(
      'webhook_lane_deliveries',
      'Deliveries queued in the lanes of this process',
      () => lanes.queuedCount,
    );
  }

  /** Attempts that are in flight or not recorded yet. */
  get unfinishedCount(): number {
    return this.lanes.inFlightCount + this.recording;
  }

  /**
   * Resolves when the outcome is recorded. Never throws. The slot is free when the receiver has answered, unless as
   * many attempts as there are slots wait for their record: then PostgreSQL is behind, and more would fill the memory.
   *
   * @param slot the slot to use and free; its lane may belong to another subscription, if the wake-up named a wrong one
   * @param onAnswered called when the request is over, because the lane may then take more deliveries
   * @returns false if nothing was sent, because too little of the lease was left
   */
  async run({ delivery, claimedAtMs }: Claim, { laneId, origin }: Slot, onAnswered: () => void): Promise<boolean> {
    // The request could outlive the lease and overlap with the next attempt, so it is not sent.
    if (this.clock.monotonicMs() - claimedAtMs > this.graceMs) {
      this.logger.warn({ delivery_id: delivery.publicIds.delivery, attempt: delivery.attempt }, 'attempt.too_late');
      this.lanes.giveBack(laneId, 1, origin);
      return false;
    }
    const policy = effectivePolicy(delivery.subscription, this.settings);
    const end = this.lanes.start(laneId, policy.maxInFlight, this.clock.monotonicMs());
    this.metrics.attemptsInFlight.inc();
    const slot = { isFree: false };
    await this.pipeline.run(delivery, policy, (isHealthy) => {
      end(this.clock.monotonicMs(), isHealthy);
      this.metrics.attemptsInFlight.dec();
      slot.isFree = this.recording < this.settings.workerConcurrency;
      if (slot.isFree) {
        this.recording += 1;
        this.lanes.freeSlot(laneId, origin);
      }
      onAnswered();
    });
    if (slot.isFree) this.recording -= 1;
    else this.lanes.freeSlot(laneId, origin);
    return true;
  }
}
