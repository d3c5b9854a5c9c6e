import { createHmac, type KeyObject } from 'node:crypto';

/** What a signature covers. */
export interface SignedContent {
  /** Value of `webhook-id`. */
  readonly id: string;
  /** Value of `webhook-timestamp`: Unix seconds. */
  readonly timestamp: number;
  readonly body: Buffer;
}

/**
 * Value of `webhook-signature` as Standard Webhooks has it: `v1,` and the base64 of HMAC-SHA256 over
 * `{id}.{timestamp}.{body}`, one for each key, separated by spaces.
 */
export function webhookSignature(content: SignedContent, keys: readonly KeyObject[]): string {
  const prefix = `${content.id}.${content.timestamp}.`;
  return keys
    .map((key) => `v1,${createHmac('sha256', key).update(prefix).update(content.body).digest('base64')}`)
    .join(' ');
}
