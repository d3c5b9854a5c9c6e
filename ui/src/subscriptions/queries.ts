import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query';
import { answerOf } from '../api/failure';
import {
  type ChangedSubscriptionAnswer,
  getSubscription,
  getSubscriptionSecret,
  listSubscriptions,
  type ListSubscriptionsData,
  type SubscriptionWithHealthAnswer,
} from '../api/generated';
import { KEYS } from '../api/queries';
import type { SubscriptionFilters } from './subscription-search';

/** Health is counted by the minute. */
export const REFRESH_MS = 60_000;

type ListQuery = NonNullable<ListSubscriptionsData['query']>;

const oneKey = (id: string) => ['subscription', id] as const;
export const checkKey = (id: string) => ['receiver-check', id] as const;
const secretKey = (id: string) => ['secret', id] as const;

export function subscriptionPageQuery(filters: SubscriptionFilters, cursor: string | null) {
  return queryOptions({
    queryKey: [...KEYS.subscriptions, 'page', filters, cursor],
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => {
      const query = { ...filters, ...(cursor !== null && { cursor }) } as ListQuery;
      return answerOf(listSubscriptions({ query, signal }));
    },
  });
}

export function subscriptionQuery(id: string) {
  return queryOptions({
    queryKey: oneKey(id),
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => answerOf(getSubscription({ path: { id }, signal })),
  });
}

/** Read only when somebody asks for it, because each read is recorded, and forgotten with the part that shows it. */
export function secretQuery(id: string, isAsked: boolean) {
  return queryOptions({
    queryKey: secretKey(id),
    enabled: isAsked,
    // `Infinity` would be read again with everything else, as after a delivery was sent again or the service was away.
    staleTime: 'static',
    gcTime: 0,
    queryFn: ({ signal }) => answerOf(getSubscriptionSecret({ path: { id }, signal })),
  });
}

/** Shows a change at once, and has whatever depends on it read again. */
export function noteChange(queryClient: QueryClient, changed: ChangedSubscriptionAnswer): void {
  const { warnings: _warnings, revival: _revival, ...fields } = changed;
  queryClient.setQueryData<SubscriptionWithHealthAnswer>(oneKey(changed.id), (known) =>
    known === undefined ? undefined : { ...known, ...fields },
  );
  void queryClient.invalidateQueries({ queryKey: oneKey(changed.id) });
  void queryClient.invalidateQueries({ queryKey: KEYS.subscriptions });
}

export function noteDeletion(queryClient: QueryClient, id: string): void {
  queryClient.removeQueries({ queryKey: oneKey(id) });
  void queryClient.invalidateQueries({ queryKey: KEYS.subscriptions });
  void queryClient.invalidateQueries({ queryKey: KEYS.deliveries });
}

export function noteRotation(queryClient: QueryClient, id: string): void {
  void queryClient.resetQueries({ queryKey: secretKey(id) });
  void queryClient.invalidateQueries({ queryKey: oneKey(id) });
}
