import { STATE } from '../../domain/delivery-state.js';

/** Counting stops here, which bounds the cost of the query. */
export const MAX_COUNTED = 10_000;

/** Deliveries of a subscription that wait, each number at most 10,001. */
export interface WaitingDeliveries {
  readonly waiting: number;
  /** Those of them that wait for the subscription or its receiver, not for a time. */
  readonly parked: number;
}

/**
 * SQL for one row of `WaitingDeliveries`, of a subscription of tenant $1. Served by open_deliveries_subscription and
 * open_deliveries_parked.
 */
export function waitingDeliveriesOf(id: string): string {
  return `select (select count(*)::int from (
        select from open_deliveries where tenant_id = $1 and subscription_id = ${id} and state = ${STATE.pending}
        limit ${MAX_COUNTED + 1}) pending) as waiting,
      (select count(*)::int from (
        select from open_deliveries where tenant_id = $1 and subscription_id = ${id} and parked_at is not null
        limit ${MAX_COUNTED + 1}) held) as parked`;
}
