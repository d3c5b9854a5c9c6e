import { Injectable } from '@nestjs/common';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import { OwnFaults } from '../../shared/own-faults.js';
import { Random } from '../../shared/time/random.js';
import { type DeliveryPolicy, SubscriptionDisabling } from '../../subscriptions/index.js';
import { AttemptWriter, type Recorded } from './attempt-writer.js';
import type { ClaimedDelivery } from '../domain/claimed-delivery.js';
import type { FinishedAttempt } from '../domain/finished-attempt.js';
import { isFromHealthyReceiver, statusClass } from '../domain/attempt-outcome.js';
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
    private readonly logger: Logger,
    private readonly metrics: Metrics,
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
      onAnswered(isFromHealthyReceiver(result));
      const decision = decide(policy, result, {
        attemptsUsed: delivery.attempt - delivery.abandonedCount,
        nowMs: this.clock.nowMs(),
        chance: this.random.next(),
      });
      const attempt = { delivery, result, decision };
      const recorded = await this.writer.write(attempt);
      if (recorded === 'recorded' && decision.next === 'failed' && decision.disablesSubscription) {
        await this.subscriptions.disable(delivery.tenantId, delivery.subscriptionId, 'gone');
      }
      this.recordMetrics(attempt, recorded);
      this.log(attempt, delivery, recorded);
    } catch (error) {
      if (error instanceof AttemptInterrupted) return;
      if (error instanceof NotAttempted) await this.postpone(delivery, error, onAnswered);
      else this.logger.error({ err: error, delivery_id: delivery.publicIds.delivery }, 'attempt.not_recorded');
    }
  }

  /** Puts a delivery back that was not sent, until the fault may be gone. This uses no attempt. Never throws. */
  private async postpone(
    delivery: ClaimedDelivery,
    failure: NotAttempted,
    onAnswered: (isHealthy: boolean) => void,
  ): Promise<void> {
    const { delivery: deliveryId } = delivery.publicIds;
    this.ownFaults.note(failure.fault, { deliveryId, cause: failure.cause });
    try {
      await this.writer.postpone({ delivery, delayMs: postponeDelayMs(this.random.next()) });
    } catch (error) {
      this.logger.warn({ err: error, delivery_id: deliveryId }, 'delivery.not_postponed');
    }
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS));
    onAnswered(false);
  }

  private recordMetrics({ result, decision }: FinishedAttempt, recorded: Recorded): void {
    this.metrics.attempts.inc({ status_class: statusClass(result) });
    this.metrics.attemptDuration.observe(result.durationMs / 1000);
    if (recorded !== 'recorded' || decision.next === 'retry') return;
    this.metrics.deliveriesFinished.inc({ outcome: decision.next });
  }

  private log({ result, decision }: FinishedAttempt, delivery: ClaimedDelivery, recorded: Recorded): void {
    this.logger.info(
      {
        delivery_id: delivery.publicIds.delivery,
        event_id: delivery.publicIds.event,
        subscription_id: delivery.subscription.publicId,
        event_type: delivery.eventType,
        attempt: delivery.attempt,
        status_code: result.statusCode,
        error_code: result.error?.code ?? null,
        error_message: result.error?.message ?? null,
        duration_ms: Math.round(result.durationMs),
        decision: recorded === 'recorded' ? decision.next : recorded,
        next_attempt_in_ms: decision.next === 'retry' ? decision.delayMs : null,
      },
      'delivery.attempted',
    );
  }
}
