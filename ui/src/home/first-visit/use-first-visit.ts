import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMay } from '../../api/access';
import { answerOf } from '../../api/failure';
import { listDeliveries } from '../../api/generated';
import { KEYS } from '../../api/queries';
import { useProgress } from './progress';

/** The newest delivery of all, in a list of one at the most. Messages have it read again. */
export const anyDeliveryQuery = queryOptions({
  queryKey: [...KEYS.deliveries, 'newest', 'any'],
  queryFn: ({ signal }) => answerOf(listDeliveries({ query: { limit: 1 }, signal })),
});

export interface FirstVisit {
  /** Whether to lead somebody through the first steps. */
  readonly isFirst: boolean;
  /** Whether there has never been a delivery. */
  readonly hasNothing: boolean;
  /** Whether that is not known yet. */
  readonly isUndecided: boolean;
}

/**
 * The first steps are for those who have no traffic, and for those who have begun with them here.
 *
 * @param isQuiet whether nothing was accepted within the range that is shown
 */
export function useFirstVisit(isQuiet: boolean): FirstVisit {
  const maySubscribe = useMay('subscriptions:write');
  const mayPublish = useMay('events:publish');
  const progress = useProgress();
  const { data: newest, isLoading } = useQuery({ ...anyDeliveryQuery, enabled: isQuiet });
  const hasNothing = isQuiet && newest?.data.length === 0;
  const isWanted = progress === null ? hasNothing : progress !== 'over';
  return { isFirst: maySubscribe && mayPublish && isWanted, hasNothing, isUndecided: isQuiet && isLoading };
}
