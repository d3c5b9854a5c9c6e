/**
 * SQL for the state and the target of subscriptions that are not deleted, and when they were last changed, as text to
 * the microsecond. $1 has their ids.
 */
export const SUBSCRIPTION_TARGETS = `select id, state, target_url, updated_at::text as updated_at from subscriptions
  where id = any($1::uuid[]) and deleted_at is null`;
