import { parsePublicId } from '../shared/ids/public-id.js';
import { patternsWanting } from '../subscriptions/index.js';
import type { Message } from './dto/stream-messages.js';
import type { StreamQuery } from './dto/stream-query.js';

/** Tells which messages a viewer wants. */
export type MessageFilter = (message: Message) => boolean;

interface Comparable {
  readonly subscription_id?: string;
  readonly event_type: string | null;
  readonly status?: string | null;
  readonly status_code?: number | null;
  readonly error?: { readonly code: string } | null;
}

/** @throws MalformedId */
export function filterFrom(query: StreamQuery): MessageFilter {
  const { subscription_id: subscriptionId, event_type: pattern, status, status_code: statusCode } = query;
  const { error_code: errorCode } = query;
  if (subscriptionId !== undefined) parsePublicId(subscriptionId, 'sub');
  return (message) => {
    const body: Comparable = message.body;
    return (
      (subscriptionId === undefined || body.subscription_id === subscriptionId) &&
      (pattern === undefined || (body.event_type !== null && patternsWanting(body.event_type).includes(pattern))) &&
      (status === undefined || body.status === status) &&
      (statusCode === undefined || body.status_code === statusCode) &&
      (errorCode === undefined || body.error?.code === errorCode)
    );
  };
}
