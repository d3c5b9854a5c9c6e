import { KIND } from '../domain/kind.js';

/**
 * SQL for the attempts of all subscriptions, minute by minute and code by code. Rows are `at`, `tenant_id`,
 * `subscription_id`, `status_code`, `error_code` and `count`. Minutes that have become parts of hours are left out.
 *
 * @param from SQL for the first minute
 * @param to SQL for the minute after the last
 */
export function attemptsBySubscription(from: string, to: string): string {
  return `select at, tenant_id, subscription_id, status_code, error_code, count from delivery_stats
    where at >= ${from} and at < ${to} and kind = ${KIND.attempt} and subscription_id is not null and not is_hour`;
}
