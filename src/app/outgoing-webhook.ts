import type { OpenAPIObject } from '@nestjs/swagger';

const header = (name: string, description: string, example: string) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  schema: { type: 'string' as const },
  example,
});

/** Headers of the request that a receiver gets. */
export const DELIVERY_HEADERS = [
  header('webhook-id', 'Id of the event, or of a delivery that was retried `as_new`', 'evt_01k6zv1yqpe7rtqq6zjy200000'),
  header('webhook-timestamp', 'Time of this attempt, in seconds since the Unix epoch', '1767225600'),
  header(
    'webhook-signature',
    '`v1,` followed by the base64 HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`, or `v1a,` followed by ' +
      'its base64 Ed25519 signature; several are separated by a space',
    'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  ),
  header('x-event-type', 'Type of the event', 'order.created'),
  header('x-webhook-delivery', 'Id of the delivery', 'dlv_01k6zv1yqpe7rtqq6zjy200001'),
  header('x-webhook-attempt', 'Number of this attempt, from 1', '1'),
  {
    ...header(
      'x-webhook-test',
      '`check` in the requests of a check, whose ids name nothing; absent otherwise',
      'check',
    ),
    required: false,
  },
];

/** The request that a receiver gets, as a callback of the operation that subscribes the receiver. */
export const OUTGOING_WEBHOOK: OpenAPIObject['paths'] = {
  '{$request.body#/target_url}': {
    post: {
      operationId: 'receiveDelivery',
      tags: ['Publishing'],
      summary: 'A delivery, as its receiver gets it',
      description:
        'Sent to `target_url` with the bytes and the content type of the event, and signed according to Standard ' +
        'Webhooks. The key for verification depends on the secret. For `whsec_`, it is the base64-decoded rest of the ' +
        'secret. For an Ed25519 secret (`whsk_`), it is the public key of the subscription: the base64-decoded rest after ' +
        '`whpk_`. For any other secret, it is its UTF-8 bytes. Redirects are not followed. Each event is delivered at ' +
        'least once; `webhook-id` is the same on every attempt.',
      parameters: DELIVERY_HEADERS,
      requestBody: {
        required: true,
        description: 'The payload, byte for byte as published',
        content: { '*/*': { schema: {} } },
      },
      responses: {
        '2XX': { description: 'Delivered' },
        '410': { description: 'The receiver wants no more deliveries; the subscription is disabled' },
        '4XX': { description: 'Retried, like any other response that is not 2xx; `Retry-After` is honoured' },
      },
    },
  },
};
