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
const SEED_BYTES = 32;
/** What stands before the seed in PKCS #8, for Ed25519 (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export function schemeOf(secret: string): SignatureScheme {
  return secret.startsWith(PRIVATE) ? 'v1a' : 'v1';
}

/** What belongs to Standard Webhooks or to this service, wherever it stands, and what begins as if it did. */
const LOOKS_LIKE_ANOTHER = /wh(?:sec|sk|pk|k)[_:-]|^(?:[^a-z0-9]|v1a?,)*wh(?:sec|sk|pk)|^-----BEGIN |^(?:ssh|ecdsa)-/i;
const BASE64 = 'base64 (with + and /, not - and _, and with = at its end where it belongs)';
const INSTEAD = 'give whsec_ and base64, whsk_ and base64, or a text of your own that looks like neither';

/**
 * What is wrong with a secret: base64 must follow `whsec_`, and the 32 bytes of a seed, or the 64 of seed and public
 * key, must follow `whsk_`. Others may be any text, but not one that only looks like one of these: receivers would
 * verify with another key than signs. Null when nothing is.
 */
export function secretFault(secret: string): string | null {
  if (secret !== secret.trim()) return 'begins or ends with a blank or a line break: remove it';
  if (secret.startsWith(PUBLIC)) {
    return 'is a public key, which verifies and does not sign: give the private one, whsk_ and base64, or none at all';
  }
  if (secret.startsWith(SHARED)) {
    return isBase64(secret.slice(SHARED.length)) ? null : `must have ${BASE64} after whsec_`;
  }
  if (!secret.startsWith(PRIVATE)) {
    return LOOKS_LIKE_ANOTHER.test(secret) ? `looks like a secret of another form but is not one: ${INSTEAD}` : null;
  }
  const text = secret.slice(PRIVATE.length);
  const bytes = isBase64(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (bytes.length === SEED_BYTES) return null;
  const isPair =
    bytes.length === 2 * SEED_BYTES && publicKeyOf(secret) === PUBLIC + bytes.toString('base64', SEED_BYTES);
  return isPair ? null : `must have an Ed25519 seed, or a seed and its public key, after whsk_, as ${BASE64}`;
}

/** In the one form that every decoder takes: some refuse what others leave out or fill up. */
function isBase64(text: string): boolean {
  return text !== '' && Buffer.from(text, 'base64').toString('base64') === text;
}

/**
 * The key that signs deliveries: behind `whsec_` its bytes, behind `whsk_` an Ed25519 key, else the UTF-8 bytes of the
 * text.
 */
export function signingKey(secret: string): SigningKey {
  if (secret.startsWith(PRIVATE)) return { scheme: 'v1a', key: privateKey(secret) };
  const key = secret.startsWith(SHARED)
    ? createSecretKey(secret.slice(SHARED.length), 'base64')
    : createSecretKey(secret, 'utf8');
  return { scheme: 'v1', key };
}

/**
 * The keys that a publisher may mean by "the secret" in an HMAC: the key that signs deliveries, and the secret's own
 * text.
 */
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
