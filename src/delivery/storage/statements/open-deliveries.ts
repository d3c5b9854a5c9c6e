import { type Placeholders } from '../../../shared/database/statement.js';
import { SUBSCRIPTION_STATE } from '../../../subscriptions/index.js';
import { STATE } from '../../domain/delivery-state.js';
import { type LEASE_PARAMETERS, leaseLength } from './fragments.js';

interface Source {
  /** Rows with `id`, `event_id`, `subscription_id` and `tenant_id`. A `where` clause may follow. */
  readonly from: string;
  readonly dueAt: string;
}

interface ClaimingSource extends Source {
  /** Rows `d` with these columns, and `is_claimed`. A `where` clause may follow. */
  readonly from: string;
  readonly lease: Placeholders<typeof LEASE_PARAMETERS>;
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

/**
 * As `openDeliveries`, and claims those that are marked, if their subscription is active: they have their first attempt
 * and a lease from the start, and are due when it ends. `activeSubscriptions` in the same statement tells which.
 * `offset 0` keeps the planner from reading a subscription once for each column.
 */
export function openClaimedDeliveries({ from, dueAt, lease }: ClaimingSource): string {
  return `insert into open_deliveries (id, event_id, subscription_id, tenant_id, next_attempt_at, lease_until, state,
        attempt_count)
      select id, event_id, subscription_id, tenant_id, coalesce(lease_until, ${dueAt}), lease_until,
        case when lease_until is null then ${STATE.pending} else ${STATE.inFlight} end, (lease_until is not null)::int
      from (select d.*, case when is_claimed then (select now() + ${leaseLength('s.timeout_ms', lease)}
          from subscriptions s where s.id = d.subscription_id and s.state = ${SUBSCRIPTION_STATE.active})
        end as lease_until from ${from} offset 0) d`;
}

/** Selects the active ones of subscriptions, with their versions. */
export function activeSubscriptions(ids: string): string {
  return `select id, xmin::text as version from subscriptions
      where id = any(${ids}) and state = ${SUBSCRIPTION_STATE.active}`;
}
