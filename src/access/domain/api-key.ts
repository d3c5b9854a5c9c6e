import { hash, timingSafeEqual } from 'node:crypto';

const TOKEN = /^whk_([0-7][0-9a-hjkmnp-tv-z]{25})_([A-Za-z0-9_-]{43})$/;

/** The parsed form of `whk_<id>_<secret>`. */
export interface ApiKeyToken {
  /** The id as the API shows it: `key_…`. */
  readonly id: string;
  /** SHA-256 of the secret's text. The secret has 256 random bits, so a slower hash would add no security. */
  readonly secretHash: Buffer;
}

/** @returns null if the text is not an API key */
export function parseToken(text: string): ApiKeyToken | null {
  const [, id, secret] = TOKEN.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id: `key_${id}`, secretHash: hashOf(secret) };
}

/**
 * @param id the id as the API shows it
 * @param random 32 random bytes
 */
export function tokenFrom(id: string, random: Buffer): { token: string; secretHash: Buffer } {
  const secret = random.toString('base64url');
  return { token: `whk_${id.replace(/^key_/, '')}_${secret}`, secretHash: hashOf(secret) };
}

/** Compares in constant time. */
export function isSameHash(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}
