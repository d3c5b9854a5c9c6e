import type { QueryClient } from '@tanstack/react-query';
import { answerOf } from '../api/failure';
import { type DeliveryWithAttemptsAnswer, getSubscriptionSecret } from '../api/generated';
import { deliveryQuery, eventQuery, payloadQuery } from '../api/queries';
import { nowMs } from '../lib/clock';
import { curlOf, type Header, textOf } from '../lib/curl';
import { canSign, signatureOf } from '../lib/sign';

/** Set by curl itself, or meant for one connection. */
const NOT_COPIED = /^(host|content-length|connection|transfer-encoding|accept-encoding|traceparent)$/i;

export interface CopiedCurl {
  readonly command: string;
  /** Why the receiver may refuse it; null if it is signed anew. */
  readonly caution: string | null;
}

/**
 * The request of a delivery as a curl command, signed with the secret of the subscription and the present time.
 *
 * @throws Refused, Unreachable; Error with a sentence if the payload cannot be written as text
 */
export async function curlOfDelivery(queryClient: QueryClient, id: string): Promise<CopiedCurl> {
  const delivery = await queryClient.query(deliveryQuery(id));
  const [event, payload] = await Promise.all([
    queryClient.query(eventQuery(delivery.event_id)),
    queryClient.query(payloadQuery(delivery.event_id)),
  ]);
  const body = textOf(payload);
  if (body === null)
    throw new Error('The payload is not text, so it does not fit a command. Use the API to get its bytes.');
  const sent = headersOf(delivery, event.content_type);
  const signed = await signedAnew(delivery, sent, payload).catch(() => null);
  const caution = signed === null ? 'It has the old signature, because the secret could not be read here.' : null;
  return { command: curlOf(delivery.target_url, signed ?? sent, body), caution };
}

/** Headers of the last attempt as they were sent, or those that one would have. */
export function headersOf(delivery: DeliveryWithAttemptsAnswer, contentType: string): Header[] {
  const recorded = delivery.attempts.findLast(({ request_headers: headers }) => headers !== null)?.request_headers;
  if (recorded) return recorded.flatMap(({ name, value }): Header[] => (NOT_COPIED.test(name) ? [] : [[name, value]]));
  return [
    ['content-type', contentType],
    ['webhook-id', delivery.webhook_id],
    ['x-event-type', delivery.event_type],
    ['x-webhook-delivery', delivery.id],
    ['x-webhook-attempt', String(Math.max(1, delivery.attempt_count))],
  ];
}

/** @returns null if only the service can sign, because the key is private or there is no cryptography here */
async function signedAnew(
  { subscription_id: id, webhook_id: webhookId }: DeliveryWithAttemptsAnswer,
  headers: readonly Header[],
  payload: ArrayBuffer,
): Promise<Header[] | null> {
  if (!canSign()) return null;
  const { secret, signature_scheme: scheme } = await answerOf(getSubscriptionSecret({ path: { id } }));
  if (scheme !== 'v1') return null;
  const timestamp = Math.floor(nowMs() / 1000);
  const signature = await signatureOf(secret, webhookId, timestamp, new Uint8Array(payload));
  const others = headers.filter(([name]) => !/^webhook-(timestamp|signature)$/i.test(name));
  return [...others, ['webhook-timestamp', String(timestamp)], ['webhook-signature', signature]];
}
