import { HOUR_OF_ID } from '../../shared/ids/hour-of-id.js';

/** SQL for the deliveries that events were accepted with, hour by hour: $1 tenant, $2 and $3 bounds of the ids. */
export const acceptedByHour = `select ${HOUR_OF_ID} as hour, sum(delivery_count) as accepted
    from events where id >= $2 and id < $3 and tenant_id = $1 group by 1`;
