import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** A JSON body that contains the payload as a string, and the signature of that string. */
export interface SignedEnvelope {
  readonly body: string;
  /** Hexadecimal HMAC-SHA256 of the body string's UTF-8 bytes. */
  readonly signature: string;
}

/** Whether a JSON value is exactly `{"body": string, "signature": string}`. */
export function isSignedEnvelope(value: unknown): value is SignedEnvelope {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length !== 2)
    return false;
  const { body, signature } = value as Partial<Record<'body' | 'signature', unknown>>;
  return typeof body === 'string' && typeof signature === 'string';
}

/** Compares in constant time. @param keys the signature may be made with any of them */
export function isSignedBy(keys: readonly KeyObject[], content: Buffer, signature: string): boolean {
  if (!/^[0-9a-f]{64}$/i.test(signature)) return false;
  const given = Buffer.from(signature, 'hex');
  return keys
    .map((key) => createHmac('sha256', key).update(content).digest())
    .reduce((isFound, digest) => timingSafeEqual(digest, given) || isFound, false);
}
