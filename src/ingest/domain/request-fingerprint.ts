import { createHash } from 'node:crypto';

/**
 * SHA-256 over the parts of a request: its path, headers and body. Requests with the same Idempotency-Key must have the
 * same fingerprint.
 */
export function requestFingerprint(parts: readonly (string | Buffer)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) {
    // Each part is preceded by its length, so that different lists of parts never hash the same bytes.
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  }
  return hash.digest();
}
