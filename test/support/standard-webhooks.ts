import { isUtf8 } from 'node:buffer';
import { Webhook } from 'standardwebhooks';
import type { ReceivedRequest } from './scripted-receiver.js';

const REQUIRED_HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

/**
 * Verifies a request as a receiver with the `standardwebhooks` package would. Returns the payload, parsed if its
 * content type is JSON, otherwise as text.
 * @throws WebhookVerificationError if no signature matches, or the timestamp differs by more than 5 minutes; Error if
 * the body is not UTF-8, because the package decodes the body before it hashes it
 */
export function verifyWebhook(secret: string, request: ReceivedRequest): unknown {
  if (!isUtf8(request.body)) throw new Error('The standardwebhooks package verifies UTF-8 bodies only.');
  const headers = Object.fromEntries(REQUIRED_HEADERS.map((name) => [name, request.headers[name] ?? '']));
  verifierFor(secret).verify(request.body, headers, { jsonParse: false });
  const text = request.body.toString();
  const isJson = /^application\/(.+\+)?json\b/i.test(request.headers['content-type'] ?? '');
  return isJson ? JSON.parse(text) : text;
}

function verifierFor(secret: string): Webhook {
  return secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(Buffer.from(secret), { format: 'raw' });
}
