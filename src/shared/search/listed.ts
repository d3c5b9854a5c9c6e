import { eventUuidOf, lastUuidOf, type Uuid } from '../ids/uuid.js';

/** What a search lists, and how far one item of the list reaches in the order of ids. */
export interface Listed {
  /** The item to which a match belongs. */
  readonly keyOf: (id: Uuid) => Uuid;
  /** The last id of an item. */
  readonly endOf: (key: Uuid) => Uuid;
  /** SQL for `keyOf`. */
  readonly sqlKey: (id: string) => string;
}

export const DELIVERIES: Listed = { keyOf: (id) => id, endOf: (key) => key, sqlKey: (id) => id };

/** Events, each found by its own id or by that of any of its deliveries. */
export const EVENTS: Listed = { keyOf: eventUuidOf, endOf: lastUuidOf, sqlKey: (id) => sqlEventOf(id) };

/** SQL for the event of a delivery: the last 20 bits of its id are zero. */
function sqlEventOf(id: string): string {
  return `(left(${id}::text, 31) || '00000')::uuid`;
}

/** SQL for the last id that a delivery of an event may have. */
export function sqlLastOf(eventId: string): string {
  return `(left(${eventId}::text, 31) || 'fffff')::uuid`;
}
