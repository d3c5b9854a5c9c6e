import { msOfId } from '../../../shared/ids/hour-of-id.js';
import { STATE } from '../../domain/delivery-state.js';

// Rows of the history for those who sum it up. `where` is SQL of conditions on the columns of the table. `ms` is the
// time of the event, in milliseconds since the Unix epoch.

export function finishedRows(where: string): string {
  return `select id, event_id, subscription_id, tenant_id, state, last_status_code as status_code,
      last_error_code as error_code, finished_at, created_at
    from deliveries where ${where}`;
}

export function recordedRows(where: string): string {
  return `select delivery_id, tenant_id, status_code, error_code, duration_ms, started_at, recorded_at
    from attempts where ${where}`;
}

export function repeatedRows(where: string): string {
  return `select delivery_id, tenant_id, created_at, ${msOfId('delivery_id')} as ms
    from delivery_repeats where ${where}`;
}

/**
 * SQL for deliveries, open or finished. Each is in one of the two tables. `created_at` is null for those that were
 * opened with their event.
 */
export function deliveryRows(where: string): string {
  return `select id, event_id, subscription_id, tenant_id, created_at from open_deliveries where ${where}
    union all
    select id, event_id, subscription_id, tenant_id, created_at from deliveries where ${where}`;
}

/**
 * SQL for what waits: pending deliveries by tenant and subscription, and by tenant alone. `oldest_due_at` is null if
 * none of them is due.
 */
export const WAITING = `select tenant_id, subscription_id, count(*) as waiting, count(parked_at) as parked,
      min(coalesce(parked_at, next_attempt_at)) filter (where coalesce(parked_at, next_attempt_at) <= now())
        as oldest_due_at
    from open_deliveries where state = ${STATE.pending}
    group by grouping sets ((tenant_id, subscription_id), (tenant_id))`;
