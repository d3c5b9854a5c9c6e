interface Source {
  /** Rows with `id`, `event_id`, `subscription_id` and `tenant_id`; what follows may limit them. */
  readonly from: string;
  readonly dueAt: string;
}

/**
 * Opens deliveries, in the statement that accepts their event. One that is about to be handed to the queue is due only
 * after the visibility timeout: should its wake-up get lost, the due scan finds it then.
 */
export function openDeliveries({ from, dueAt }: Source): string {
  return `insert into open_deliveries (id, event_id, subscription_id, tenant_id, next_attempt_at)
      select id, event_id, subscription_id, tenant_id, ${dueAt}
      from ${from}`;
}
