import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';

/** Signature schemes of Standard Webhooks: `v1` is HMAC-SHA256 with a shared secret, `v1a` is Ed25519. */
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
/** PKCS #8 header that precedes an Ed25519 seed (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export function schemeOf(secret: string): SignatureScheme {
  return secret.startsWith(PRIVATE) ? 'v1a' : 'v1';
}

/** Whether Standard Webhooks libraries read the secret as this service does: it has one of their prefixes. */
export function isStandardSecret(secret: string): boolean {
  return secret.startsWith(SHARED) || secret.startsWith(PRIVATE);
}

/**
 * Matches text that contains a key prefix of Standard Webhooks or of this service, or that starts like one of those or
 * like a PEM or SSH key.
 */
const LOOKS_LIKE_ANOTHER = /wh(?:sec|sk|pk|k)[_:-]|^(?:[^a-z0-9]|v1a?,)*wh(?:sec|sk|pk)|^-----BEGIN |^(?:ssh|ecdsa)-/i;
const BASE64 = 'standard base64 (+ and / instead of - and _, padded with =)';
const INSTEAD = 'use whsec_ or whsk_ followed by base64, or text that resembles no key format';

/**
 * Returns what is wrong with a secret, or null if it is valid. `whsec_` must be followed by base64; `whsk_` by the
 * base64 of an Ed25519 seed (32 bytes) or of seed and public key (64 bytes). Any other text is valid, unless it only
 * resembles a key: a receiver might then verify with another key than the one that signs.
 */
export function secretFault(secret: string): string | null {
  if (secret !== secret.trim()) return 'must not start or end with whitespace';
  if (secret.startsWith(PUBLIC)) {
    return 'must not be a public key, which cannot sign; use the private key (whsk_ followed by base64) or omit it';
  }
  if (secret.startsWith(SHARED)) {
    return isBase64(secret.slice(SHARED.length)) ? null : `must have ${BASE64} after whsec_`;
  }
  if (!secret.startsWith(PRIVATE)) {
    return LOOKS_LIKE_ANOTHER.test(secret) ? `must not resemble a key of another format; ${INSTEAD}` : null;
  }
  const text = secret.slice(PRIVATE.length);
  const bytes = isBase64(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (bytes.length === SEED_BYTES) return null;
  const isPair =
    bytes.length === 2 * SEED_BYTES && publicKeyOf(secret) === PUBLIC + bytes.toString('base64', SEED_BYTES);
  return isPair ? null : `must have an Ed25519 seed, or a seed and its public key, after whsk_, in ${BASE64}`;
}

/** Accepts only canonical base64, because decoders differ in how they treat missing padding and stray bits. */
function isBase64(text: string): boolean {
  return text !== '' && Buffer.from(text, 'base64').toString('base64') === text;
}

/**
 * Returns the key that signs deliveries: the decoded bytes after `whsec_`, the Ed25519 key after `whsk_`, or else the
 * UTF-8 bytes of the text.
 */
export function signingKey(secret: string): SigningKey {
  if (secret.startsWith(PRIVATE)) return { scheme: 'v1a', key: privateKey(secret) };
  const key = secret.startsWith(SHARED)
    ? createSecretKey(secret.slice(SHARED.length), 'base64')
    : createSecretKey(secret, 'utf8');
  return { scheme: 'v1', key };
}

/**
 * Returns the keys with which a publisher may sign an event: the secret's decoded bytes (`whsec_` only) and the
 * secret's text.
 */
export function hmacKeys(secret: string): KeyObject[] {
  const text = createSecretKey(secret, 'utf8');
  return secret.startsWith(SHARED) ? [signingKey(secret).key, text] : [text];
}

/** Builds a secret. @param random 32 random bytes */
export function secretFrom(random: Buffer, scheme: SignatureScheme = 'v1'): string {
  if (scheme === 'v1') return SHARED + random.toString('base64');
  const publicKey = rawPublicKey(PRIVATE + random.toString('base64'));
  return PRIVATE + Buffer.concat([random, publicKey]).toString('base64');
}

/** Returns the public key for receivers, as `whpk_` and base64; null for a shared secret. */
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
