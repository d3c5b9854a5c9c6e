import { statement } from '../../../shared/database/statement.js';
import { SUBSCRIPTION_STATE } from '../../../subscriptions/index.js';

/**
 * Reads what sending needs of subscriptions, except of deleted ones, which have no secrets left. The condition is on
 * `state`: with `deleted_at is null`, the planner would scan the whole index of undeleted subscriptions.
 */
export const READ_SUBSCRIPTIONS = statement({
  name: 'read_subscriptions',
  servedBy: ['subscriptions_pkey'],
  parameters: { ids: 'uuid[]' },
  text: (p) => `select id, xmin::text as version, target_url, secrets, headers, shown_headers, auth, max_attempts,
      initial_interval_ms, max_interval_ms, timeout_ms, max_in_flight
    from subscriptions where id = any(${p.ids}) and state <> ${SUBSCRIPTION_STATE.deleted}`,
});
