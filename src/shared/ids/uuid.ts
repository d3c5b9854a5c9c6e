import { randomFillSync } from 'node:crypto';

/**
 * UUIDv7 as lower-case text. The last 20 bits (five hexadecimal digits) of an event id are zero. The ids of its
 * deliveries contain an ordinal in those bits, so that an event and its deliveries form one range of every primary key.
 */
export type Uuid = string;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether the value is a UUID in the form that PostgreSQL and this service write. */
export function isUuid(value: unknown): value is Uuid {
  return typeof value === 'string' && UUID.test(value);
}

const ORDINAL_DIGITS = 5;
const MAX_ORDINAL = 0xfffff;
/** Manual retries get random ordinals from the upper half. */
const MAX_FIRST_ORDINAL = 0x7ffff;

const pool = Buffer.alloc(8192);
let used = pool.length;

/** Returns ten random bytes in hexadecimal, from a pool, because one generator call per id would dominate its cost. */
function randomHex(): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 10;
  return pool.toString('hex', used - 10, used);
}

/** @param nowMs milliseconds since the Unix epoch; they become the first 48 bits */
export function newUuid(nowMs: number): Uuid {
  const time = nowMs.toString(16).padStart(12, '0');
  const random = randomHex();
  const variant = ((parseInt(random.charAt(3), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

export function newEventUuid(nowMs: number): Uuid {
  return newUuid(nowMs).slice(0, -ORDINAL_DIGITS) + '0'.repeat(ORDINAL_DIGITS);
}

/** @param ordinal 1 to 524,287, or a value from `retryOrdinal` */
export function deliveryUuid(eventUuid: Uuid, ordinal: number): Uuid {
  return eventUuid.slice(0, -ORDINAL_DIGITS) + ordinal.toString(16).padStart(ORDINAL_DIGITS, '0');
}

/** @param chance a random number from 0 (inclusive) to 1 (exclusive) */
export function retryOrdinal(chance: number): number {
  return MAX_FIRST_ORDINAL + 1 + Math.floor(chance * (MAX_ORDINAL - MAX_FIRST_ORDINAL));
}

export function eventUuidOf(deliveryUuid: Uuid): Uuid {
  return deliveryUuid.slice(0, -ORDINAL_DIGITS) + '0'.repeat(ORDINAL_DIGITS);
}

/** The highest id in the range of an event and its deliveries. */
export function lastUuidOf(eventUuid: Uuid): Uuid {
  return deliveryUuid(eventUuid, MAX_ORDINAL);
}

/** The time of a UUID in milliseconds since the Unix epoch. */
export function uuidTimeMs(uuid: Uuid): number {
  return parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

/** A lower bound for the UUIDs of a millisecond, for ranges over ids. */
export function firstUuidAt(timeMs: number): Uuid {
  const time = Math.min(Math.max(Math.ceil(timeMs), 0), 0xffffffffffff)
    .toString(16)
    .padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}
