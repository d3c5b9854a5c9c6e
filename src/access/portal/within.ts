import type { Uuid } from '../../shared/ids/uuid.js';

/** The subscriptions that a request may see or change; null for all of the tenant. Only portal sessions have a list. */
export type Within = readonly Uuid[] | null;

export function isWithin(within: Within, subscriptionId: Uuid): boolean {
  return within === null || within.includes(subscriptionId);
}

/** What of a filter's subscriptions may be seen. @param asked undefined for a filter that names none */
export function narrowed(within: Within, asked: readonly Uuid[] | undefined): readonly Uuid[] | undefined {
  if (within === null) return asked;
  return asked === undefined ? within : asked.filter((id) => within.includes(id));
}
