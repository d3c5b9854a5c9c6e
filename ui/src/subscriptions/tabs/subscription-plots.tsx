import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { statsQuery } from '../../api/queries';
import { Failed, Skeleton } from '../../components/states';
import { useNow } from '../../lib/clock';
import { LazyPlots } from '../../plots/lazy-plots';
import { DEFAULT_RANGE, stepsOf } from '../../plots/range';
import { REFRESH_MS } from '../queries';
import type { SubscriptionSearch } from '../subscription-search';

interface SubscriptionPlotsProps {
  readonly id: string;
  readonly search: SubscriptionSearch;
}

/** The plots of Home, for one subscription. */
export function SubscriptionPlots({ id, search: { range, since, until } }: SubscriptionPlotsProps) {
  const navigate = useNavigate();
  const minute = useNow(REFRESH_MS);
  const steps = useMemo(() => stepsOf({ range, since, until }, minute), [range, since, until, minute]);
  const query = {
    step: steps.step,
    since: new Date(steps.sinceMs).toISOString(),
    ...(steps.untilMs !== null && { until: new Date(steps.untilMs).toISOString() }),
    subscription_id: id,
  };
  const name = [id, range ?? DEFAULT_RANGE, since ?? '', until ?? ''];
  const stats = useQuery({ ...statsQuery(query, ['subscription', ...name]), refetchInterval: REFRESH_MS });
  const byCode = useQuery({
    ...statsQuery({ ...query, group_by: 'status_code' }, ['subscription-codes', ...name]),
    refetchInterval: REFRESH_MS,
  });
  const zoom = (sinceMs: number, untilMs: number): void =>
    void navigate({
      to: '.',
      search: (search) => ({
        ...search,
        since: new Date(sinceMs).toISOString(),
        until: new Date(untilMs).toISOString(),
      }),
    });
  if (stats.data === undefined)
    return stats.error === null ? (
      <Skeleton lines={6} />
    ) : (
      <Failed error={stats.error} onRetry={() => void stats.refetch()} />
    );
  return <LazyPlots stats={stats.data} byCode={byCode.data} steps={steps} nowMs={minute} onZoom={zoom} />;
}
