import { HOUR_OF_ID } from '../../../shared/ids/hour-of-id.js';
import { STATE } from '../../domain/delivery-state.js';

// By the hour in which their event was accepted. $1 tenant, $2 and $3 bounds of the ids: ids start with the time of the
// event, so only the partitions of the days asked for are read.

/** SQL for finished deliveries, hour by hour. */
export const finishedByHour = `select ${HOUR_OF_ID} as hour,
      count(*) filter (where state = ${STATE.delivered}) as delivered,
      count(*) filter (where state = ${STATE.failed}) as failed,
      count(*) filter (where state = ${STATE.cancelled}) as cancelled
    from deliveries where id >= $2 and id < $3 and tenant_id = $1 group by 1`;

/** SQL for unfinished deliveries, hour by hour. */
export const unfinishedByHour = `select ${HOUR_OF_ID} as hour, count(*) as unfinished
    from open_deliveries where id >= $2 and id < $3 and tenant_id = $1 group by 1`;
