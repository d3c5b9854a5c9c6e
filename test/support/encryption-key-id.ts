import { createHash } from 'node:crypto';

/** The id by which the service names a key, which is the start of its SHA-256. */
export function encryptionKeyId(hex = ''): string {
  return createHash('sha256').update(hex, 'hex').digest('hex').slice(0, 8);
}
