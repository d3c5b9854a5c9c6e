import { SUBSCRIPTION_STATE } from '../../../subscriptions/index.js';
import { STATE } from '../../domain/delivery-state.js';

// Parts that several statements share. None of the statements joins open_deliveries: its rows are found by
// `= any(array)`, and other tables by scalar sub-selects, so the planner has no join to turn round while the table grows.

/** Deliveries, sorted by id, with the attempt counts that their wake-ups named. */
export const KNOWN = { ids: 'uuid[]', attemptCounts: 'smallint[]' } as const;

/** How long a claim lasts, in milliseconds: the timeout of a request, unless the subscription sets one, and a grace. */
export const LEASE = { defaultTimeoutMs: 'float8', graceMs: 'float8' } as const;

/**
 * The element of an array that belongs to the row `id`, whose place is its place in the sorted `ids`. `width_bucket`
 * finds it by halving; `array_position` would look through half of the array for each row.
 */
export function elementFor(id: string, array: string, ids: string): string {
  return `(${array})[width_bucket(${id}, ${ids})]`;
}

export function subscriptionState(id: string): string {
  return `(select s.state from subscriptions s where s.id = ${id})`;
}

/** The version of a subscription's row: whoever has read that version need not read it again. */
export const SUBSCRIPTION_VERSION =
  '(select s.xmin::text from subscriptions s where s.id = c.subscription_id) as version';

/**
 * The assignments that claim a row `o` of open_deliveries. No indexed column changes, so the update is HOT.
 */
export function claimed(lease: { readonly defaultTimeoutMs: string; readonly graceMs: string }): string {
  const timeout = `(select s.timeout_ms from subscriptions s where s.id = o.subscription_id)`;
  return `state = ${STATE.inFlight}, attempt_count = o.attempt_count + 1,
        lease_until = now() + (coalesce(${timeout}, ${lease.defaultTimeoutMs}) + ${lease.graceMs}) * interval '1 millisecond'`;
}

/** The assignments that park a row: no scan by time finds it. */
export const PARKED = `parked_at = now(), next_attempt_at = 'infinity'`;

/**
 * Whether a row `o` still waits as its wake-up knows it. One that has been attempted since may wait for its retry, which
 * a late wake-up must not cut short.
 */
export function waitsAsKnown({ ids, attemptCounts }: { readonly ids: string; readonly attemptCounts: string }): string {
  return `o.id = any(${ids}) and o.state = ${STATE.pending} and o.parked_at is null
        and o.attempt_count = ${elementFor('o.id', attemptCounts, ids)}`;
}

/** Picks parked deliveries of the subscriptions `lane`, longest parked first, if the subscription is in that state. */
export function pickedParked(lane: string, state: keyof typeof SUBSCRIPTION_STATE, limit: string): string {
  return `select o.id from ${lane},
        lateral (select id from open_deliveries o
                 where o.subscription_id = lane.subscription_id and o.parked_at is not null
                   and ${subscriptionState('lane.subscription_id')} = ${SUBSCRIPTION_STATE[state]}
                 order by parked_at limit ${limit} for update skip locked) o`;
}
