import type { Settings } from '../../shared/config/settings.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import { uuidTimeMs } from '../../shared/ids/uuid.js';
import { effectivePolicy, stateFrom, whyDisabled } from '../../subscriptions/index.js';
import type { AttemptPhases } from '../domain/attempt-outcome.js';
import { deliverySummary } from '../domain/delivery-summary.js';
import { deliveryStatus } from '../domain/delivery-state.js';
import { readExchangeRecord } from '../domain/exchange-record.js';
import { sentHeaders } from '../domain/sent-request.js';
import type { CircumstancesRow } from '../storage/delivery-circumstances.repository.js';
import type { AttemptRow, DeliveryRow } from '../storage/delivery-history.repository.js';
import type { AttemptAnswer, DeliveryAnswer, DeliveryErrorAnswer, PhasesAnswer } from './dto/delivery-answer.js';

export function toDeliveryAnswer(row: DeliveryRow, settings: Settings): DeliveryAnswer {
  const status = deliveryStatus(row.state, row.attempt_count);
  const id = toPublicId('dlv', row.id);
  const choice = { initialIntervalMs: null, maxIntervalMs: null, timeoutMs: null, maxInFlight: null };
  return {
    id,
    task_id: id,
    event_id: toPublicId('evt', row.event_id),
    webhook_id: row.webhook_id === null ? toPublicId('evt', row.event_id) : toPublicId('dlv', row.webhook_id),
    subscription_id: toPublicId('sub', row.subscription_id),
    event_type: row.event_type,
    tags: row.tags ?? [],
    target_url: row.target_url,
    status,
    retry_of: row.retry_of === null ? null : toPublicId('dlv', row.retry_of),
    replay_id: row.replay_id === null ? null : toPublicId('rpl', row.replay_id),
    attempt_count: row.attempt_count,
    max_attempts: effectivePolicy({ ...choice, maxAttempts: row.max_attempts }, settings).maxAttempts,
    // Only a retry has a meaningful time. A first attempt is due at once, and a parked delivery when its lane has room.
    next_attempt_at:
      status === 'retrying' && row.next_attempt_at instanceof Date ? row.next_attempt_at.toISOString() : null,
    last_status_code: row.last_status_code,
    last_error: toError(row.last_error_code, row.last_error_message),
    created_at: (row.created_at ?? new Date(uuidTimeMs(row.id))).toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}

/** @param circumstances null if the event or the subscription was removed a moment ago */
export function toSummary(
  row: DeliveryRow,
  delivery: DeliveryAnswer,
  { circumstances, attempts, nowMs }: SummaryTerms,
): string {
  const { next_attempt_at: nextAttemptAt } = row;
  const isOpen = row.finished_at === null;
  return deliverySummary(
    {
      id: delivery.id,
      subscriptionId: delivery.subscription_id,
      status: delivery.status,
      createdAtMs: Date.parse(delivery.created_at),
      attemptCount: row.attempt_count,
      abandonedCount: circumstances?.abandoned_count ?? 0,
      maxAttempts: delivery.max_attempts,
      nextAttemptAtMs: nextAttemptAt instanceof Date ? nextAttemptAt.getTime() : null,
      isParked: isOpen && typeof nextAttemptAt === 'number',
      leaseUntilMs: circumstances?.lease_until?.getTime() ?? null,
      finishedAtMs: row.finished_at?.getTime() ?? null,
      lastStatusCode: row.last_status_code,
      lastError: delivery.last_error,
      subscriptionState: circumstances === null ? 'deleted' : stateFrom(circumstances.subscription_state),
      disabledBecause: whyDisabled(circumstances?.disabled_reason ?? null),
      hasLateAttempt: attempts.some((attempt) => attempt.is_late),
    },
    nowMs,
  );
}

interface SummaryTerms {
  readonly circumstances: CircumstancesRow | null;
  readonly attempts: readonly Pick<AttemptRow, 'is_late'>[];
  readonly nowMs: number;
}

/** @param delivery the delivery that it belongs to; the headers that were sent name it */
export function toAttemptAnswer(
  row: AttemptRow,
  delivery: DeliveryAnswer,
  circumstances: CircumstancesRow | null,
): AttemptAnswer {
  const { phases, sent } = row.exchange === null ? NOTHING_KEPT : readExchangeRecord(row.exchange.toString('latin1'));
  return {
    number: row.number,
    started_at: row.started_at.toISOString(),
    duration_ms: row.duration_ms,
    status_code: row.status_code,
    error: toError(row.error_code, row.error_message),
    response_headers: row.response_headers === null ? {} : (JSON.parse(row.response_headers) as Record<string, string>),
    response_body: row.response_body?.toString('utf8') ?? '',
    late: row.is_late,
    request_headers:
      sent === null || circumstances === null
        ? null
        : sentHeaders(
            {
              contentType: circumstances.content_type,
              payloadBytes: circumstances.payload_bytes,
              webhookId: delivery.webhook_id,
              eventType: delivery.event_type,
              deliveryId: delivery.id,
              attempt: row.number,
            },
            sent,
          ).map(([name, value]) => ({ name, value })),
    phases: phases === null ? null : toPhasesAnswer(phases),
  };
}

const NOTHING_KEPT = { phases: null, sent: null };

function toPhasesAnswer({ dnsMs, connectMs, tlsMs, waitMs, readMs }: AttemptPhases): PhasesAnswer {
  return { dns_ms: dnsMs, connect_ms: connectMs, tls_ms: tlsMs, wait_ms: waitMs, read_ms: readMs };
}

function toError(code: string | null, message: string | null): DeliveryErrorAnswer | null {
  return code === null ? null : { code, message };
}
