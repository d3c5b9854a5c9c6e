/** SQL for the hour in which the event of a row was accepted, as hours since the Unix epoch: ids start with its time. */
export const HOUR_OF_ID = `('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 3600000`;
