import { bytesOfBase64, type VerifyingKey } from './verifying-keys';

/** A part of `webhook-signature`. */
export interface GivenSignature {
  /** As it was given. */
  readonly text: string;
  readonly scheme: string;
  /** Null if it is not base64. */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
}

/** Reads `v1,<base64> v1a,<base64>`. */
export function readSignatures(header: string): GivenSignature[] {
  return header
    .split(/\s+/)
    .filter(Boolean)
    .map((text) => {
      const comma = text.indexOf(',');
      const scheme = comma === -1 ? '' : text.slice(0, comma);
      return { text, scheme, bytes: bytesOfBase64(text.slice(comma + 1)) };
    });
}

/** Whether the key made the signature, or has its private part made it. */
export async function isSignedBy(
  { scheme, bytes }: VerifyingKey,
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const algorithm = scheme === 'v1' ? HMAC : ED25519;
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify']);
  return crypto.subtle.verify(algorithm.name, key, signature, signed);
}

const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const ED25519 = { name: 'Ed25519' };
