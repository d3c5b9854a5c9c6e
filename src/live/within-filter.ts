import type { Within } from '../access/index.js';
import { toPublicId } from '../shared/ids/public-id.js';
import type { MessageFilter } from './message-filter.js';

/**
 * Limits a filter to messages about some subscriptions. A message that names none, such as of an event, is left out.
 */
export function filterWithin(within: Within, filter: MessageFilter): MessageFilter {
  if (within === null) return filter;
  const seen = new Set(within.map((id) => toPublicId('sub', id)));
  return (message) => 'subscription_id' in message.body && seen.has(message.body.subscription_id) && filter(message);
}
