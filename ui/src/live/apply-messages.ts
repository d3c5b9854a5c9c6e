import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { DeliveryAnswer, DeliveryPage } from '../api/generated';
import { KEYS } from '../api/queries';
import type { LiveMessage } from './live-connection';

const FINAL: readonly string[] = ['delivered', 'failed', 'cancelled'];

/** Brings rows that are shown up to date without a request, and has the rest read again. */
export function applyMessages(queryClient: QueryClient, messages: readonly LiveMessage[]): void {
  const byDelivery = messagesByDelivery(messages);
  queryClient.setQueriesData<InfiniteData<DeliveryPage>>({ queryKey: [...KEYS.deliveries, 'pages'] }, (data) =>
    data === undefined ? undefined : withMessages(data, byDelivery),
  );
  // A request that is under way is not cut short, or a slow one would never end.
  const gently = { cancelRefetch: false };
  void queryClient.invalidateQueries({ queryKey: [...KEYS.deliveries, 'newest'] }, gently);
  void queryClient.invalidateQueries({ queryKey: KEYS.newestEvents }, gently);
  for (const id of byDelivery.keys()) void queryClient.invalidateQueries({ queryKey: KEYS.delivery(id) }, gently);
  const events = new Set(messages.map(({ body }) => body.event_id));
  for (const id of events) void queryClient.invalidateQueries({ queryKey: KEYS.event(id) }, gently);
}

/** Changes the rows in place: none comes, goes or moves. */
export function withMessages(
  data: InfiniteData<DeliveryPage>,
  byDelivery: ReadonlyMap<string, readonly LiveMessage[]>,
): InfiniteData<DeliveryPage> {
  const isTouched = ({ id }: DeliveryAnswer): boolean => byDelivery.has(id);
  if (!data.pages.some((page) => page.data.some(isTouched))) return data;
  const pages = data.pages.map((page) => {
    if (!page.data.some(isTouched)) return page;
    return { ...page, data: page.data.map((row) => (byDelivery.get(row.id) ?? []).reduce(changed, row)) };
  });
  return { ...data, pages };
}

/** A delivery after what a message tells. */
export function changed(row: DeliveryAnswer, { kind, body }: LiveMessage): DeliveryAnswer {
  if (kind === 'event.accepted') return row;
  const { status } = body;
  const isFinished = status !== null && FINAL.includes(status);
  // A message that arrives after its outcome changes nothing that is final.
  if (status === null || FINAL.includes(row.status)) return row;
  const finished_at = isFinished ? body.occurred_at : null;
  if (kind === 'delivery.changed') {
    return { ...row, status, finished_at, next_attempt_at: null, last_error: body.error ?? row.last_error };
  }
  if (body.attempt < row.attempt_count) return row;
  return {
    ...row,
    status,
    finished_at,
    attempt_count: body.attempt,
    last_status_code: body.status_code,
    last_error: body.error,
    next_attempt_at: body.next_attempt_at,
  };
}

function messagesByDelivery(messages: readonly LiveMessage[]): Map<string, LiveMessage[]> {
  const found = new Map<string, LiveMessage[]>();
  for (const message of messages) {
    if (message.kind === 'event.accepted') continue;
    const { delivery_id: id } = message.body;
    found.set(id, [...(found.get(id) ?? []), message]);
  }
  return found;
}
