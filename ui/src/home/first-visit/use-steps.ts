import { useQuery } from '@tanstack/react-query';
import type { DeliveryAnswer, ListedSubscriptionAnswer } from '../../api/generated';
import { eventDeliveriesQuery, subscriptionsQuery } from '../../api/queries';
import { useProgress } from './progress';
import { anyDeliveryQuery } from './use-first-visit';

/** Where the live view is not available. */
const POLL_MS = 1000;
const FINAL: readonly string[] = ['delivered', 'failed', 'cancelled'];

export interface Steps {
  readonly subscription: ListedSubscriptionAnswer | null;
  /** The one that was published first, here or elsewhere. */
  readonly delivery: DeliveryAnswer | null;
  readonly isDelivered: boolean;
  readonly isVerified: boolean;
}

/** How far the first steps are: what the data shows, whoever did it, and what only this page knows. */
export function useSteps(): Steps {
  const kept = useProgress();
  const progress = kept === 'over' ? null : kept;
  const { data: subscriptions } = useQuery(subscriptionsQuery);
  const { data: newest } = useQuery(anyDeliveryQuery);
  const published = useDeliveryOf(progress?.eventId ?? null);
  const own = subscriptions?.data.find(({ id }) => id === progress?.subscriptionId);
  const delivery = published ?? newest?.data[0] ?? null;
  return {
    subscription: own ?? subscriptions?.data.find(({ state }) => state === 'active') ?? null,
    delivery,
    isDelivered: delivery?.status === 'delivered',
    isVerified: progress?.isVerified ?? false,
  };
}

/** The first delivery of an event, kept up to date until it is finished; null while there is none. */
export function useDeliveryOf(eventId: string | null): DeliveryAnswer | null {
  const { data } = useQuery({
    ...eventDeliveriesQuery(eventId ?? ''),
    enabled: eventId !== null,
    refetchInterval: ({ state }) => (FINAL.includes(state.data?.data[0]?.status ?? '') ? false : POLL_MS),
  });
  return eventId === null ? null : (data?.data[0] ?? null);
}
