import type { OpenAPIObject } from '@nestjs/swagger';

const header = (name: string, description: string, example: string) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  schema: { type: 'string' as const },
  example,
});

/** What a receiver gets: the other half of the contract, under `webhooks` in the OpenAPI document. */
export const OUTGOING_WEBHOOK: OpenAPIObject['paths'][string] = {
  post: {
    operationId: 'receiveDelivery',
    tags: ['Publishing'],
    summary: 'A delivery, as a receiver gets it',
    description:
      'Sent to `target_url` with the bytes and the content type of the event, signed as Standard Webhooks has it: the key is ' +
      'the base64-decoded part of a secret after `whsec_`; the public key of the subscription, the base64-decoded part after ' +
      '`whpk_`, where its secret is an Ed25519 key (`whsk_`); the UTF-8 bytes of a secret of any other form. Redirects are ' +
      'not followed. Deliveries come at least once: `webhook-id` is the same on every attempt.',
    parameters: [
      header('webhook-id', 'Id of the event', 'evt_01k6zv1yqpe7rtqq6zjy200000'),
      header('webhook-timestamp', 'Unix seconds of this attempt', '1767225600'),
      header(
        'webhook-signature',
        '`v1,` and base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`, or `v1a,` and base64 of its Ed25519 ' +
          'signature; several separated by a space',
        'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
      ),
      header('x-event-type', 'Type of the event', 'order.created'),
      header('x-webhook-delivery', 'Id of the delivery', 'dlv_01k6zv1yqpe7rtqq6zjy200001'),
      header('x-webhook-attempt', 'Number of this attempt, from 1', '1'),
    ],
    requestBody: {
      required: true,
      description: 'The payload, byte for byte as it was published',
      content: { '*/*': { schema: {} } },
    },
    responses: {
      '2XX': { description: 'Received' },
      '410': { description: 'Wants no more: the subscription is disabled' },
      '4XX': { description: 'Tried again later, like everything that is not a 2xx; `Retry-After` is honoured' },
    },
  },
};
