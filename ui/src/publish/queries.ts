import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answerOf } from '../api/failure';
import { getStats, listSubscriptions } from '../api/generated';
import { KEYS } from '../api/queries';

const TYPE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
/** Subscriptions of an answer. A tenant with more sees the newest. */
export const MAX_SHOWN = 200;
const TYPES_KEPT_MS = 60_000;

/** Subscriptions that want a type, whatever their state. The API judges it as it does when an event is published. */
export function audienceQuery(eventType: string) {
  return queryOptions({
    queryKey: [...KEYS.subscriptions, 'audience', eventType],
    enabled: TYPE.test(eventType),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      answerOf(listSubscriptions({ query: { event_type: eventType, limit: MAX_SHOWN }, signal })),
  });
}

/** Types that were published in the last 30 days, the most frequent first. */
export const eventTypesQuery = queryOptions({
  queryKey: [...KEYS.stats, 'event-types'],
  staleTime: TYPES_KEPT_MS,
  queryFn: async ({ signal }): Promise<string[]> => {
    const { data } = await answerOf(getStats({ query: { step: 'day', group_by: 'event_type' }, signal }));
    return data
      .toSorted((one, other) => (other.totals.accepted ?? 0) - (one.totals.accepted ?? 0))
      .flatMap(({ group }) => (group === null || group.startsWith('webhooks.') ? [] : [group]));
  },
});
