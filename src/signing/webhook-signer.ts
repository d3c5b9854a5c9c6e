import { createHmac, sign } from 'node:crypto';
import type { SigningKey } from './signing-key.js';

/** The content that a signature covers. */
export interface SignedContent {
  /** Value of `webhook-id`. */
  readonly id: string;
  /** Value of `webhook-timestamp`: Unix seconds. */
  readonly timestamp: number;
  readonly body: Buffer;
}

/**
 * Returns the value of `webhook-signature` as Standard Webhooks defines it: one signature of `{id}.{timestamp}.{body}`
 * per key, separated by spaces. Each is `v1,` and the base64 of an HMAC-SHA256, or `v1a,` and that of an Ed25519
 * signature.
 */
export function webhookSignature(content: SignedContent, keys: readonly SigningKey[]): string {
  const prefix = `${content.id}.${content.timestamp}.`;
  return keys
    .map(({ scheme, key }) => {
      if (scheme === 'v1')
        return `v1,${createHmac('sha256', key).update(prefix).update(content.body).digest('base64')}`;
      return `v1a,${sign(null, Buffer.concat([Buffer.from(prefix), content.body]), key).toString('base64')}`;
    })
    .join(' ');
}
