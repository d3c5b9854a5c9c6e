import type { SubscriptionInput } from './api-client.js';

/** To a public address, since others are refused; for order.created only. */
export function aSubscription(input: SubscriptionInput = {}): SubscriptionInput {
  const wants = 'event_type' in input || 'event_types' in input ? {} : { event_types: ['order.created'] };
  return { target_url: 'https://1.1.1.1/webhooks', ...wants, ...input };
}
