import { isUtf8 } from 'node:buffer';
import { Webhook } from 'standardwebhooks';
import type { ReceivedRequest } from './scripted-receiver.js';

const REQUIRED_HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

/**
 * Verifies a request as a receiver does that uses the `standardwebhooks` package, and gives its payload: parsed when
 * its content type is JSON, else the text.
 * @throws WebhookVerificationError when no signature matches or the timestamp is more than 5 minutes away; Error when
 * the body is not UTF-8, which the package decodes before it hashes, so that it can't verify other bytes.
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
