import { nowMs } from '../lib/clock';
import { signatureOf } from '../lib/sign';
import type { Given } from './verify-webhook';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ID = 'evt_01k6zv1yqpe7rtqq6zjy200000';
const BODY = '{"order":42,"total":"19.90"}';

/** A webhook that verifies, to see what the tool does. Its secret is that of the examples of Standard Webhooks. */
export async function exampleWebhook(): Promise<Given> {
  const timestamp = Math.floor(nowMs() / 1000);
  const signature = await signatureOf(SECRET, ID, timestamp, new TextEncoder().encode(BODY));
  return {
    headers: `webhook-id: ${ID}\nwebhook-timestamp: ${timestamp}\nwebhook-signature: ${signature}`,
    body: BODY,
    secret: SECRET,
  };
}
