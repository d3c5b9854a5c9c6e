/** SQL for the state and the target of subscriptions that are not deleted. $1 has their ids. */
export const SUBSCRIPTION_TARGETS = `select id, state, target_url from subscriptions
  where id = any($1::uuid[]) and deleted_at is null`;
