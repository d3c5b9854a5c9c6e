import { HOUR_OF_ID } from '../../../shared/ids/hour-of-id.js';
import { STATE } from '../../domain/delivery-state.js';

// By the hour in which their event was accepted. $1 tenant, $2 and $3 bounds of the ids: ids start with the time of the
// event, so only the partitions of the days asked for are read. `since` is SQL for a time: a statement with it counts
// only what was recorded then or later.

const IN_RANGE = 'id >= $2 and id < $3 and tenant_id = $1';

/** SQL for finished deliveries, hour by hour. */
export function finishedByHour(since?: string): string {
  return `select ${HOUR_OF_ID} as hour,
      count(*) filter (where state = ${STATE.delivered}) as delivered,
      count(*) filter (where state = ${STATE.failed}) as failed,
      count(*) filter (where state = ${STATE.cancelled}) as cancelled
    from deliveries where ${IN_RANGE}${since === undefined ? '' : ` and finished_at >= ${since}`} group by 1`;
}

/** SQL for manual retries, hour by hour. */
export function repeatedByHour(since?: string): string {
  return `select ${HOUR_OF_ID} as hour, count(*) as accepted
    from (select delivery_id as id from delivery_repeats
      where delivery_id >= $2 and delivery_id < $3
        and tenant_id = $1${since === undefined ? '' : ` and created_at >= ${since}`}) repeated
    group by 1`;
}

/** SQL for unfinished deliveries, hour by hour. */
export const unfinishedByHour = `select ${HOUR_OF_ID} as hour, count(*) as unfinished
    from open_deliveries where ${IN_RANGE} group by 1`;
