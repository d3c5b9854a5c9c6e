import { createHmac, sign } from 'node:crypto';
import type { SigningKey } from './signing-key.js';

/** What a signature covers. */
export interface SignedContent {
  /** Value of `webhook-id`. */
  readonly id: string;
  /** Value of `webhook-timestamp`: Unix seconds. */
  readonly timestamp: number;
  readonly body: Buffer;
}

/**
 * Value of `webhook-signature` as Standard Webhooks has it: over `{id}.{timestamp}.{body}`, `v1,` and the base64 of
 * HMAC-SHA256, or `v1a,` and that of Ed25519; one for each key, separated by spaces.
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
