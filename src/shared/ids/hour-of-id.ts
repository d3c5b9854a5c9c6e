/** SQL for the hour in which a row's event was accepted, in hours since the Unix epoch. Ids start with that time. */
export const HOUR_OF_ID = `('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 3600000`;
