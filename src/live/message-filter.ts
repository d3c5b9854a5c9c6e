import { readStatusCodes } from '../shared/domain/status-codes.js';
import { readList } from '../shared/domain/value-list.js';
import { parseIdParameter } from '../shared/ids/public-id.js';
import { eventTypesOf, readTargetHost } from '../subscriptions/index.js';
import { type Message, STREAM_STATUSES } from './dto/stream-messages.js';
import type { StreamQuery } from './dto/stream-query.js';

/** Tells which messages a viewer wants. */
export type MessageFilter = (message: Message) => boolean;

/** What filters compare. Another version of this service may have left a field out. */
interface Comparable {
  readonly subscription_id?: string;
  readonly event_id: string;
  readonly event_type: string | null;
  readonly tags?: readonly string[] | null;
  readonly target_host?: string | null;
  readonly status?: string | null;
  readonly status_code?: number | null;
  readonly error?: { readonly code: string } | null;
}

type Condition = (body: Comparable) => boolean;

/** @throws MalformedId */
export function filterFrom(query: StreamQuery): MessageFilter {
  const conditions = [...whatHappened(query), ...toWhat(query)];
  return ({ body }) => conditions.every((holds) => holds(body));
}

function whatHappened({ status, status_code: code, error_code: errorCode }: StreamQuery): Condition[] {
  const conditions: Condition[] = [];
  const statuses: readonly (string | null | undefined)[] | null = status === undefined ? null : readList(status, STREAM_STATUSES); // prettier-ignore
  const codes = code === undefined ? null : readStatusCodes(code);
  if (statuses !== null) conditions.push((body) => statuses.includes(body.status));
  if (codes !== null) {
    conditions.push(({ status_code: given }) => given != null && given >= codes.from && given <= codes.to);
  }
  if (errorCode !== undefined) conditions.push(({ error }) => error?.code === errorCode);
  return conditions;
}

function toWhat(query: StreamQuery): Condition[] {
  const { subscription_id: subscriptionId, event_id: eventId, event_type: pattern, tag, target_host: target } = query;
  const conditions: Condition[] = [];
  if (subscriptionId !== undefined) {
    parseIdParameter('subscription_id', subscriptionId, 'sub');
    conditions.push((body) => body.subscription_id === subscriptionId);
  }
  if (eventId !== undefined) {
    parseIdParameter('event_id', eventId, 'evt');
    conditions.push((body) => body.event_id === eventId);
  }
  if (pattern !== undefined) conditions.push(typeCondition(pattern));
  if (tag !== undefined) conditions.push(({ tags }) => tags?.includes(tag) === true);
  const host = target === undefined ? null : readTargetHost(target);
  if (host !== null) conditions.push((body) => body.target_host === host);
  return conditions;
}

function typeCondition(pattern: string): Condition {
  const types = eventTypesOf(pattern);
  if (types === null) return ({ event_type: type }) => type !== null;
  if ('only' in types) return ({ event_type: type }) => type === types.only;
  return ({ event_type: type }) => type !== null && type >= types.from && type < types.before;
}
