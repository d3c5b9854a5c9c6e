/** SQL for the time at which the event of an id was accepted, in milliseconds since the Unix epoch: its first bits. */
export const msOfId = (id: string): string => `('x' || translate(left(${id}::text, 13), '-', ''))::bit(48)::bigint`;

/** SQL for the hour in which a row's event was accepted, in hours since the Unix epoch. */
export const HOUR_OF_ID = `${msOfId('id')} / 3600000`;
