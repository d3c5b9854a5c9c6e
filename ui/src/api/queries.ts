import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answerOf } from './failure';
import {
  type DeliveryPage,
  getDelivery,
  getEvent,
  getEventPayload,
  getHealth,
  getLedger,
  getStats,
  type GetStatsData,
  type HealthAnswer,
  listDeliveries,
  type ListDeliveriesData,
  listSubscriptions,
  type SubscriptionPage,
} from './generated';

const NAMES_KEPT_MS = 60_000;
const MAX_NAMES = 200;

/** Filters of a list of deliveries, as the API names them. */
export type DeliveryFilters = Omit<NonNullable<ListDeliveriesData['query']>, 'limit' | 'cursor'>;

/** Keys of what is read. The first word is the kind, so that all of a kind can be read again at once. */
export const KEYS = {
  deliveries: ['deliveries'] as const,
  /** The newest deliveries, with which a list is kept up to date. */
  newest: (filters: DeliveryFilters) => ['deliveries', 'newest', filters] as const,
  /** Pages of a list, from a cursor or from the newest on. */
  pages: (filters: DeliveryFilters, start: string | null) => ['deliveries', 'pages', filters, start] as const,
  delivery: (id: string) => ['delivery', id] as const,
  /** The newest events, with which their list is kept up to date. */
  newestEvents: ['events', 'newest'] as const,
  event: (id: string) => ['event', id] as const,
  payload: (id: string) => ['payload', id] as const,
  subscriptions: ['subscriptions'] as const,
  stats: ['stats'] as const,
  ledger: ['ledger'] as const,
  health: ['health'] as const,
};

const PAGE_SIZE = 100;

export function readDeliveries(
  filters: DeliveryFilters,
  cursor: string | null,
  signal: AbortSignal,
): Promise<DeliveryPage> {
  const query = { ...filters, limit: PAGE_SIZE, ...(cursor !== null && { cursor }) };
  return answerOf(listDeliveries({ query, signal }));
}

export function deliveryQuery(id: string) {
  return queryOptions({
    queryKey: KEYS.delivery(id),
    queryFn: ({ signal }) => answerOf(getDelivery({ path: { id }, signal })),
  });
}

export function eventQuery(id: string) {
  return queryOptions({
    queryKey: KEYS.event(id),
    queryFn: ({ signal }) => answerOf(getEvent({ path: { id }, signal })),
  });
}

/** Deliveries of an event, newest first; at most a page of them. */
export function eventDeliveriesQuery(id: string) {
  return queryOptions({
    queryKey: [...KEYS.event(id), 'deliveries'],
    queryFn: ({ signal }) => readDeliveries({ event_id: id }, null, signal),
  });
}

/** The bytes as published. They never change. */
export function payloadQuery(id: string) {
  return queryOptions({
    queryKey: KEYS.payload(id),
    staleTime: 'static',
    queryFn: ({ signal }) =>
      answerOf(
        getEventPayload({ path: { id }, parseAs: 'arrayBuffer', signal }),
      ) as Promise<unknown> as Promise<ArrayBuffer>,
  });
}

/** Subscriptions by which rows are named. A tenant with more than these sees hosts for the others. */
export const subscriptionsQuery = queryOptions({
  queryKey: KEYS.subscriptions,
  staleTime: NAMES_KEPT_MS,
  queryFn: ({ signal }): Promise<SubscriptionPage> =>
    answerOf(listSubscriptions({ query: { limit: MAX_NAMES }, signal })),
});

export function statsQuery(query: NonNullable<GetStatsData['query']>, name: readonly string[]) {
  return queryOptions({
    queryKey: [...KEYS.stats, ...name],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answerOf(getStats({ query, signal })),
  });
}

export const ledgerQuery = queryOptions({
  queryKey: KEYS.ledger,
  placeholderData: keepPreviousData,
  queryFn: ({ signal }) => answerOf(getLedger({ signal })),
});

/** Also answered with 503, and then it says what is wrong. Null where operators have a port of their own for it. */
export const healthQuery = queryOptions({
  queryKey: KEYS.health,
  queryFn: async ({ signal }): Promise<HealthAnswer | null> => {
    const { data, error, response } = await getHealth({ signal });
    if (data !== undefined) return data;
    return response?.status === 503 && isHealth(error) ? error : null;
  },
});

function isHealth(value: unknown): value is HealthAnswer {
  return typeof value === 'object' && value !== null && 'details' in value;
}
