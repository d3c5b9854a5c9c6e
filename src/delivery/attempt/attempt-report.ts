import { Injectable } from '@nestjs/common';
import { LiveFeed, type StreamStatus } from '../../live/index.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics, startAtZero } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import type { DeliveryPolicy } from '../../subscriptions/index.js';
import { ATTEMPT_ERROR_CODES, STATUS_CLASSES, statusClass } from '../domain/attempt-outcome.js';
import type { ClaimedDelivery } from '../domain/claimed-delivery.js';
import type { FinishedAttempt } from '../domain/finished-attempt.js';
import { OWN_FAULTS } from '../domain/own-fault.js';
import type { Decision } from '../domain/retry-policy.js';
import type { Recorded } from './attempt-writer.js';

/** Logs and counts what came of attempts, and shows it to viewers. */
@Injectable()
export class AttemptReport {
  constructor(
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly live: LiveFeed,
    private readonly clock: Clock,
  ) {
    startAtZero(metrics.attempts, 'status_class', STATUS_CLASSES);
    startAtZero(metrics.attemptFailures, 'code', ATTEMPT_ERROR_CODES);
    startAtZero(metrics.deliveriesPostponed, 'reason', OWN_FAULTS);
  }

  /** @param policy the one that decided what comes next */
  attempted(
    delivery: ClaimedDelivery,
    { result, decision }: FinishedAttempt,
    recorded: Recorded,
    policy: Pick<DeliveryPolicy, 'maxAttempts'>,
  ): void {
    this.metrics.attempts.inc({ status_class: statusClass(result) });
    if (result.error !== null) this.metrics.attemptFailures.inc({ code: result.error.code });
    this.metrics.attemptDuration.observe(result.durationMs / 1000);
    const isFinished = recorded === 'recorded' && decision.next !== 'retry';
    if (isFinished) this.metrics.deliveriesFinished.inc({ outcome: decision.next });
    if (this.live.isWatched(delivery.tenantId)) this.show(delivery, { result, decision }, recorded, policy);
    this.logger.info(
      {
        delivery_id: delivery.publicIds.delivery,
        event_id: delivery.publicIds.event,
        tenant_id: delivery.tenantId,
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

  private show(
    delivery: ClaimedDelivery,
    { result, decision }: Pick<FinishedAttempt, 'result' | 'decision'>,
    recorded: Recorded,
    { maxAttempts }: Pick<DeliveryPolicy, 'maxAttempts'>,
  ): void {
    const isRecorded = recorded === 'recorded';
    const nowMs = this.clock.nowMs();
    const retriesAtMs = isRecorded && decision.next === 'retry' ? nowMs + decision.delayMs : null;
    this.live.publish(delivery.tenantId, {
      kind: 'delivery.attempted',
      body: {
        delivery_id: delivery.publicIds.delivery,
        event_id: delivery.publicIds.event,
        subscription_id: delivery.subscription.publicId,
        event_type: delivery.eventType,
        tags: delivery.tags,
        target_host: new URL(delivery.subscription.targetUrl).hostname,
        status: isRecorded ? statusAfter(decision) : null,
        attempt: delivery.attempt,
        max_attempts: maxAttempts,
        status_code: result.statusCode,
        error: result.error,
        duration_ms: Math.round(result.durationMs),
        next_attempt_at: retriesAtMs === null ? null : new Date(retriesAtMs).toISOString(),
        occurred_at: new Date(nowMs).toISOString(),
      },
    });
  }

  notRecorded({ publicIds }: ClaimedDelivery, error: unknown): void {
    this.logger.error({ err: error, delivery_id: publicIds.delivery }, 'attempt.not_recorded');
  }

  notDisabled({ subscription }: ClaimedDelivery, error: unknown): void {
    this.logger.error({ err: error, subscription_id: subscription.publicId }, 'subscription.not_disabled');
  }

  notPostponed({ publicIds }: ClaimedDelivery, error: unknown): void {
    this.logger.warn({ err: error, delivery_id: publicIds.delivery }, 'delivery.not_postponed');
  }
}

function statusAfter({ next }: Decision): StreamStatus {
  return next === 'retry' ? 'retrying' : next;
}
