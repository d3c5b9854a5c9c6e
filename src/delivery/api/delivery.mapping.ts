import type { Settings } from '../../shared/config/settings.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import { uuidTimeMs } from '../../shared/ids/uuid.js';
import { effectivePolicy } from '../../subscriptions/index.js';
import { deliveryStatus } from '../domain/delivery-state.js';
import type { AttemptRow, DeliveryRow } from '../storage/delivery-history.repository.js';
import type { AttemptAnswer, DeliveryAnswer, DeliveryErrorAnswer } from './dto/delivery-answer.js';

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

export function toAttemptAnswer(row: AttemptRow): AttemptAnswer {
  return {
    number: row.number,
    started_at: row.started_at.toISOString(),
    duration_ms: row.duration_ms,
    status_code: row.status_code,
    error: toError(row.error_code, row.error_message),
    response_headers: row.response_headers === null ? {} : (JSON.parse(row.response_headers) as Record<string, string>),
    response_body: row.response_body?.toString('utf8') ?? '',
    late: row.is_late,
  };
}

function toError(code: string | null, message: string | null): DeliveryErrorAnswer | null {
  return code === null ? null : { code, message };
}
