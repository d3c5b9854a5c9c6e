import { createSecretKey, type KeyObject } from 'node:crypto';

const PREFIX = 'whsec_';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether a secret that begins with `whsec_` goes on with base64; other secrets may be any text. */
export function isSecretWellFormed(secret: string): boolean {
  return !secret.startsWith(PREFIX) || BASE64.test(secret.slice(PREFIX.length));
}

/** The HMAC key of a secret: the bytes behind `whsec_`, or the UTF-8 bytes of a secret of any other form. */
export function signingKey(secret: string): KeyObject {
  return secret.startsWith(PREFIX)
    ? createSecretKey(secret.slice(PREFIX.length), 'base64')
    : createSecretKey(secret, 'utf8');
}

/** @param random 32 random bytes */
export function secretFrom(random: Buffer): string {
  return PREFIX + random.toString('base64');
}

/** The keys that a publisher may mean by "the secret": the key that signs deliveries, and the secret's own text. */
export function signingKeys(secret: string): KeyObject[] {
  return secret.startsWith(PREFIX) ? [signingKey(secret), createSecretKey(secret, 'utf8')] : [signingKey(secret)];
}
