import { HOUR_OF_ID, msOfId } from '../../shared/ids/hour-of-id.js';

/**
 * SQL for the deliveries that events were accepted with, hour by hour: $1 tenant, $2 and $3 bounds of the ids.
 *
 * @param since SQL for a time: counts only events that were accepted then or later
 */
export function acceptedByHour(since?: string): string {
  return `select ${HOUR_OF_ID} as hour, sum(delivery_count) as accepted
    from events where id >= $2 and id < $3 and tenant_id = $1${since === undefined ? '' : ` and accepted_at >= ${since}`}
    group by 1`;
}

/** SQL for events. `ms` is the time in the id, in milliseconds since the Unix epoch. @param where SQL of conditions */
export function acceptedRows(where: string): string {
  return `select id, tenant_id, event_type, delivery_count, accepted_at, ${msOfId('id')} as ms from events where ${where}`;
}

/** SQL for the id of the newest event. @param below SQL for an id; only events before it are looked at. Null for all */
export function newestAcceptedId(below: string | null): string {
  return `select id from events ${below === null ? '' : `where id < ${below}`} order by id desc limit 1`;
}
