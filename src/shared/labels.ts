import { LIMITS } from './limits.js';

// What publishers call their events, to find them again.

/** Matches a valid Idempotency-Key. */
export const IDEMPOTENCY_KEY_FORM = new RegExp(`^[\\x21-\\x7e]{1,${LIMITS.idempotencyKeyLength}}$`);

/** Returns what is wrong with an Idempotency-Key, or null if it is valid. */
export function idempotencyKeyFault(key: string): string | null {
  if (IDEMPOTENCY_KEY_FORM.test(key)) return null;
  return `must be 1 to ${LIMITS.idempotencyKeyLength} printable ASCII characters without spaces`;
}

/** Matches a valid tag. */
export const TAG_FORM = new RegExp(`^[A-Za-z0-9_.:/@+-]{1,${LIMITS.tagLength}}$`);

/** Describes a tag in error messages. */
export const TAG_HINT = `1 to ${LIMITS.tagLength} letters, digits, or any of _ . : / @ + -`;
