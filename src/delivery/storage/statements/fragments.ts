import type { Placeholders } from '../../../shared/database/statement.js';
import { SUBSCRIPTION_STATE } from '../../../subscriptions/index.js';
import { STATE } from '../../domain/delivery-state.js';

// Fragments that several statements share. No statement joins open_deliveries. Its rows are found by `= any(array)`,
// and rows of other tables by scalar subqueries, so the planner has no join to reorder while the table grows.

/** Deliveries, sorted by id, with the attempt counts of their wake-ups. */
export const WAKE_UP_PARAMETERS = { ids: 'uuid[]', attemptCounts: 'smallint[]' } as const;

/** Length of a lease: a grace period plus the request timeout, by default or as the subscription sets it. */
export const LEASE_PARAMETERS = { defaultTimeoutMs: 'float8', graceMs: 'float8' } as const;

/**
 * The element of `array` at the position that `id` has in the sorted `ids`. `width_bucket` finds it by binary search;
 * `array_position` would scan half of the array for each row.
 */
export function elementFor(id: string, array: string, ids: string): string {
  return `(${array})[width_bucket(${id}, ${ids})]`;
}

export function subscriptionState(id: string): string {
  return `(select s.state from subscriptions s where s.id = ${id})`;
}

/** The version of a subscription's row. A process that has read this version need not read it again. */
export const SUBSCRIPTION_VERSION =
  '(select s.xmin::text from subscriptions s where s.id = c.subscription_id) as version';

/** Assignments that claim a row `o` of open_deliveries. No indexed column changes, so the update is HOT. */
export function claimAssignments(lease: Placeholders<typeof LEASE_PARAMETERS>): string {
  return `state = ${STATE.inFlight}, attempt_count = o.attempt_count + 1,
        lease_until = now() + ${leaseOf('o.subscription_id', lease)}`;
}

/** Length of the lease of a claim for a subscription: its timeout and a grace period. */
export function leaseOf(subscriptionId: string, lease: Placeholders<typeof LEASE_PARAMETERS>): string {
  return leaseLength(`(select s.timeout_ms from subscriptions s where s.id = ${subscriptionId})`, lease);
}

/** Length of a lease. @param timeoutMs SQL for the request timeout that the subscription sets; null for the default */
export function leaseLength(timeoutMs: string, lease: Placeholders<typeof LEASE_PARAMETERS>): string {
  return `(coalesce(${timeoutMs}, ${lease.defaultTimeoutMs}) + ${lease.graceMs}) * interval '1 millisecond'`;
}

/** Assignments that park a row. Scans by due time no longer find it. */
export const PARK_ASSIGNMENTS = `parked_at = now(), next_attempt_at = 'infinity'`;

/**
 * Condition that a row `o` is pending, is not parked, and has the attempt count of its wake-up. With a higher count it
 * may be waiting for a retry, which a late wake-up must not bring forward.
 */
export function isWakeable({ ids, attemptCounts }: { readonly ids: string; readonly attemptCounts: string }): string {
  return `o.id = any(${ids}) and o.state = ${STATE.pending} and o.parked_at is null
        and o.attempt_count = ${elementFor('o.id', attemptCounts, ids)}`;
}

/** Locks up to `limit` parked deliveries of each subscription in `lane` that has this state, longest parked first. */
export function pickParked(lane: string, state: keyof typeof SUBSCRIPTION_STATE, limit: string): string {
  return `select o.id from ${lane},
        lateral (select id from open_deliveries o
                 where o.subscription_id = lane.subscription_id and o.parked_at is not null
                   and ${subscriptionState('lane.subscription_id')} = ${SUBSCRIPTION_STATE[state]}
                 order by parked_at limit ${limit} for update skip locked) o`;
}
