import { infiniteQueryOptions } from '@tanstack/react-query';
import { answerOf } from '../api/failure';
import {
  type EventAnswer,
  type EventExplanationAnswer,
  type EventPage,
  explainEvent,
  listEvents,
  type ListEventsData,
} from '../api/generated';
import { KEYS } from '../api/queries';
import { canRetry } from '../deliveries/use-delivery-actions';
import type { ListSource } from '../deliveries/use-live-list';

const PAGE_SIZE = 100;

/** Filters of a list of events, as the API names them. */
export type EventFilters = Omit<NonNullable<ListEventsData['query']>, 'limit' | 'cursor'>;

/** The events that a filter lets through, from a cursor or from the newest on. */
export function eventSource(filters: EventFilters, start: string | null): ListSource<EventAnswer> {
  return {
    pagesKey: ['events', 'pages', filters, start],
    newestKey: [...KEYS.newestEvents, filters],
    start,
    read: (cursor, signal) => readEvents(filters, cursor, signal),
  };
}

function readEvents(filters: EventFilters, cursor: string | null, signal: AbortSignal): Promise<EventPage> {
  const query = { ...filters, limit: PAGE_SIZE, ...(cursor !== null && { cursor }) };
  return answerOf(listEvents({ query, signal }));
}

const ASKED_EVERY_MS = 15_000;

function hasUnfinished({ data }: EventExplanationAnswer): boolean {
  return data.some(({ delivery }) => delivery !== null && !canRetry(delivery.status));
}

/** Who got an event and with which outcome, then why the others did not. Read again with the event. */
export function explanationQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: [...KEYS.event(id), 'explanation'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }): Promise<EventExplanationAnswer> => {
      const query = { limit: PAGE_SIZE, ...(pageParam !== null && { cursor: pageParam }) };
      return answerOf(explainEvent({ path: { id }, query, signal }));
    },
    getNextPageParam: ({ next_cursor }) => next_cursor,
    // Messages come sooner. This is for when there are none.
    refetchInterval: ({ state: { data } }) => (data?.pages.some(hasUnfinished) === true ? ASKED_EVERY_MS : false),
  });
}
