import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';

/** How deliveries are signed, in the terms of Standard Webhooks: HMAC-SHA256 under a shared secret, or Ed25519. */
export const SIGNATURE_SCHEMES = ['v1', 'v1a'] as const;
export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number];

export interface SigningKey {
  readonly scheme: SignatureScheme;
  readonly key: KeyObject;
}

const SHARED = 'whsec_';
const PRIVATE = 'whsk_';
const PUBLIC = 'whpk_';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const SEED_BYTES = 32;
/** What stands before the seed in PKCS #8, for Ed25519 (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export function schemeOf(secret: string): SignatureScheme {
  return secret.startsWith(PRIVATE) ? 'v1a' : 'v1';
}

/**
 * What is wrong with a secret: base64 must follow `whsec_`, and the 32 bytes of a seed, or the 64 of seed and public key, must
 * follow `whsk_`. Others may be any text. Null when nothing is.
 */
export function secretFault(secret: string): string | null {
  if (secret.startsWith(SHARED))
    return BASE64.test(secret.slice(SHARED.length)) ? null : 'must have base64 after whsec_';
  if (!secret.startsWith(PRIVATE)) return null;
  const text = secret.slice(PRIVATE.length);
  const bytes = BASE64.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (bytes.length === SEED_BYTES) return null;
  const isPair =
    bytes.length === 2 * SEED_BYTES && publicKeyOf(secret) === PUBLIC + bytes.toString('base64', SEED_BYTES);
  return isPair ? null : 'must have the base64 of an Ed25519 seed, or of a seed and its public key, after whsk_';
}

/** The key that signs deliveries: behind `whsec_` its bytes, behind `whsk_` an Ed25519 key, else the UTF-8 bytes of the text. */
export function signingKey(secret: string): SigningKey {
  if (secret.startsWith(PRIVATE)) return { scheme: 'v1a', key: privateKey(secret) };
  const key = secret.startsWith(SHARED)
    ? createSecretKey(secret.slice(SHARED.length), 'base64')
    : createSecretKey(secret, 'utf8');
  return { scheme: 'v1', key };
}

/** The keys that a publisher may mean by "the secret" in an HMAC: the key that signs deliveries, and the secret's own text. */
export function hmacKeys(secret: string): KeyObject[] {
  const text = createSecretKey(secret, 'utf8');
  return secret.startsWith(SHARED) ? [signingKey(secret).key, text] : [text];
}

/** @param random 32 random bytes */
export function secretFrom(random: Buffer, scheme: SignatureScheme = 'v1'): string {
  if (scheme === 'v1') return SHARED + random.toString('base64');
  const publicKey = rawPublicKey(PRIVATE + random.toString('base64'));
  return PRIVATE + Buffer.concat([random, publicKey]).toString('base64');
}

/** What receivers verify with, `whpk_` and base64; null for a shared secret. */
export function publicKeyOf(secret: string): string | null {
  return secret.startsWith(PRIVATE) ? PUBLIC + rawPublicKey(secret).toString('base64') : null;
}

function privateKey(secret: string): KeyObject {
  const seed = Buffer.from(secret.slice(PRIVATE.length), 'base64').subarray(0, SEED_BYTES);
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
}

function rawPublicKey(secret: string): Buffer {
  return createPublicKey(privateKey(secret)).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES);
}
