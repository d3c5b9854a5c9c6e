import type { OpenAPIObject } from '@nestjs/swagger';
import {
  examplePayload,
  OPERATIONAL_EVENT_TYPES,
  OPERATIONAL_PAYLOADS,
  type OperationalEventType,
} from '../announcements/index.js';
import { DELIVERY_HEADERS } from './outgoing-webhook.js';

const SUMMARIES: Readonly<Record<OperationalEventType, string>> = {
  'webhooks.delivery.failed': 'A delivery has failed for good',
  'webhooks.subscription.failing': 'Nothing has been delivered to a subscription for some time',
  'webhooks.subscription.disabled': 'The service has disabled a subscription',
  'webhooks.subscription.recovered': 'A subscription that was failing takes deliveries again',
  'webhooks.replay.finished': 'A replay has ended',
};

/** Schemas of the payloads, for the generator. */
export const OPERATIONAL_MODELS = Object.values(OPERATIONAL_PAYLOADS);

/**
 * The events that the service publishes itself, as their receivers get them: callbacks of the operation that subscribes
 * a receiver, by type. Client generators take `webhooks`, where they would belong, for operations of the service.
 */
export const OPERATIONAL_CALLBACKS = Object.fromEntries(
  OPERATIONAL_EVENT_TYPES.map((type) => [type, callbackOf(type)]),
);

function callbackOf(type: OperationalEventType): OpenAPIObject['paths'] {
  const { name } = OPERATIONAL_PAYLOADS[type];
  const schema = { $ref: `#/components/schemas/${name}` };
  return {
    '{$request.body#/target_url}': {
      post: {
        operationId: `receive${name}`,
        tags: ['Publishing'],
        summary: SUMMARIES[type],
        description: `For subscriptions with \`${type}\` among their event types, or a pattern such as \`webhooks.*\`.`,
        parameters: DELIVERY_HEADERS.map((each) => (each.name === 'x-event-type' ? { ...each, example: type } : each)),
        requestBody: {
          required: true,
          content: { 'application/json': { schema, examples: { event: { value: examplePayload(type) } } } },
        },
        responses: {
          '2XX': { description: 'Delivered' },
          '4XX': { description: 'Retried, like any other response that is not 2xx' },
        },
      },
    },
  };
}
