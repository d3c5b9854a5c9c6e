interface Source {
  /** Rows with `id`, `event_id`, `subscription_id` and `tenant_id`. A `where` clause may follow. */
  readonly from: string;
  readonly dueAt: string;
}

/**
 * Opens deliveries in the statement that accepts their event. A delivery that is handed to the queue becomes due only
 * after the visibility timeout. If the queue loses its wake-up, the due scan finds it then.
 */
export function openDeliveries({ from, dueAt }: Source): string {
  return `insert into open_deliveries (id, event_id, subscription_id, tenant_id, next_attempt_at)
      select id, event_id, subscription_id, tenant_id, ${dueAt}
      from ${from}`;
}
