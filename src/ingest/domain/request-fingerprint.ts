import { createHash } from 'node:crypto';

/** What makes two requests with one Idempotency-Key the same: SHA-256 over where they went and what they carried. */
export function requestFingerprint(parts: readonly (string | Buffer)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) {
    // The length first, so that no two lists of parts give the same bytes.
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  }
  return hash.digest();
}
