import { STATE } from '../../domain/delivery-state.js';

/**
 * SQL that asks the history whether any attempt for subscription $2 of tenant $1 has succeeded since $3, including
 * those whose result came late: `has_succeeded`. Reads all deliveries of the subscription, by deliveries_subscription
 * and open_deliveries_subscription, and the attempts of those that were open since then.
 */
export const HAS_SUCCEEDED = `select exists (
      select from deliveries
      where tenant_id = $1 and subscription_id = $2 and finished_at >= $3 and state = ${STATE.delivered})
    or exists (
      select from (
        select id from open_deliveries where tenant_id = $1 and subscription_id = $2 and attempt_count > 0
        union all
        select id from deliveries
        where tenant_id = $1 and subscription_id = $2 and finished_at >= $3::timestamptz - interval '1 hour') delivery,
        lateral (
          select from attempts a
          where a.delivery_id = delivery.id and a.is_late and a.status_code between 200 and 299 and a.started_at >= $3
          offset 0) late) as has_succeeded`;
