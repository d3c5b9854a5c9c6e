import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/time/clock.js';
import { OwnFaults } from '../../shared/own-faults.js';
import { Random } from '../../shared/time/random.js';
import { type DeliveryPolicy, SubscriptionDisabling } from '../../subscriptions/index.js';
import { AttemptReport } from './attempt-report.js';
import { AttemptWriter } from './attempt-writer.js';
import type { ClaimedDelivery } from '../domain/claimed-delivery.js';
import { isFromHealthyReceiver } from '../domain/attempt-outcome.js';
import { decide } from '../domain/retry-policy.js';
import { postponeDelayMs } from '../domain/own-fault.js';
import { AttemptInterrupted, NotAttempted, WebhookSender } from './http/webhook-sender.js';

/**
 * How long a postponed delivery keeps its slot. A fault of this service rarely ends at once, and without this pause the
 * lane would claim and postpone deliveries as fast as it can.
 */
const HOLD_MS = 500;

/** Runs one attempt: send the request, decide what comes next, record the result, log it. */
@Injectable()
export class AttemptPipeline {
  constructor(
    private readonly sender: WebhookSender,
    private readonly writer: AttemptWriter,
    private readonly subscriptions: SubscriptionDisabling,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly report: AttemptReport,
    private readonly ownFaults: OwnFaults,
  ) {}

  /**
   * Never throws. If the result cannot be recorded, the delivery is retried when its lease ends.
   *
   * @param onAnswered called before the result is recorded, with whether the receiver is healthy (false for a postponed
   * delivery); not called when the process is shutting down
   */
  async run(
    delivery: ClaimedDelivery,
    policy: DeliveryPolicy,
    onAnswered: (isHealthy: boolean) => void,
  ): Promise<void> {
    try {
      const result = await this.sender.send(delivery, policy.timeoutMs);
      const startedMs = this.clock.monotonicMs() - result.durationMs;
      onAnswered(isFromHealthyReceiver(result));
      const decision = decide(policy, result, {
        attemptsUsed: delivery.attempt - delivery.abandonedCount,
        nowMs: this.clock.nowMs(),
        chance: this.random.next(),
      });
      const attempt = { delivery, result, decision, startedMs };
      const recorded = await this.writer.write(attempt);
      this.report.attempted(delivery, attempt, recorded, policy);
      if (recorded === 'recorded' && decision.next === 'failed' && decision.disablesSubscription) {
        await this.disable(delivery);
      }
    } catch (error) {
      if (error instanceof AttemptInterrupted) return;
      if (error instanceof NotAttempted) await this.postpone(delivery, error, onAnswered);
      else this.report.notRecorded(delivery, error);
    }
  }

  /** If this fails, the next 410 of the receiver tries again. Never throws. */
  private async disable(delivery: ClaimedDelivery): Promise<void> {
    try {
      await this.subscriptions.disableGone(delivery.tenantId, delivery.subscriptionId);
    } catch (error) {
      this.report.notDisabled(delivery, error);
    }
  }

  /** Puts a delivery back that was not sent, until the fault may be gone. This uses no attempt. Never throws. */
  private async postpone(
    delivery: ClaimedDelivery,
    failure: NotAttempted,
    onAnswered: (isHealthy: boolean) => void,
  ): Promise<void> {
    this.ownFaults.note(failure.fault, { deliveryId: delivery.publicIds.delivery, cause: failure.cause });
    try {
      await this.writer.postpone({ delivery, delayMs: postponeDelayMs(this.random.next()) });
    } catch (error) {
      this.report.notPostponed(delivery, error);
    }
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS));
    onAnswered(false);
  }
}
