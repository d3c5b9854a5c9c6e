import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Beginning } from './first-visit/beginning';
import { useFirstVisit } from './first-visit/use-first-visit';
import { statsQuery } from '../api/queries';
import { Failed, Skeleton } from '../components/states';
import { useNow } from '../lib/clock';
import { NothingYet } from '../deliveries/nothing-yet';
import { LazyPlots } from '../plots/lazy-plots';
import { DEFAULT_RANGE, stepsOf } from '../plots/range';
import { RangePicker } from '../plots/range-picker';
import { Screen } from '../shell/screen';
import { Attention } from './attention';
import { LedgerLine } from './ledger-line';
import { Tiles } from './tiles';

const REFRESH_MS = 60_000;

export default function HomeScreen() {
  const search = useSearch({ from: '/' });
  const navigate = useNavigate();
  const minute = useNow(REFRESH_MS);
  const { range, since, until } = search;
  const steps = useMemo(() => stepsOf({ range, since, until }, minute), [range, since, until, minute]);
  const query = {
    step: steps.step,
    since: new Date(steps.sinceMs).toISOString(),
    ...(steps.untilMs !== null && { until: new Date(steps.untilMs).toISOString() }),
  };
  const name = [range ?? DEFAULT_RANGE, since ?? '', until ?? ''];
  const stats = useQuery({ ...statsQuery(query, ['home', ...name]), refetchInterval: REFRESH_MS });
  const byCode = useQuery({
    ...statsQuery({ ...query, group_by: 'status_code' }, ['codes', ...name]),
    refetchInterval: REFRESH_MS,
  });
  const visit = useFirstVisit(stats.data?.totals.accepted === 0);
  const zoom = (sinceMs: number, untilMs: number): void =>
    void navigate({
      to: '/',
      search: (all) => ({ ...all, since: new Date(sinceMs).toISOString(), until: new Date(untilMs).toISOString() }),
    });
  return (
    <Screen title="Home">
      <div className="h-full overflow-y-auto">
        <div className="mx-auto flex max-w-7xl flex-col gap-6 p-6 max-md:p-4">
          <Beginning visit={visit} />
          {!visit.hasNothing && (
            <div className="flex flex-wrap items-center justify-between gap-3">
              <LedgerLine />
              <RangePicker search={search} />
            </div>
          )}
          {visit.hasNothing ? (
            !visit.isFirst && <NothingYet />
          ) : stats.data !== undefined && !visit.isUndecided ? (
            <>
              <Tiles stats={stats.data} steps={steps} nowMs={stats.dataUpdatedAt} />
              <Attention />
              <LazyPlots stats={stats.data} byCode={byCode.data} steps={steps} nowMs={minute} onZoom={zoom} />
            </>
          ) : stats.error !== null ? (
            <Failed error={stats.error} onRetry={() => void stats.refetch()} />
          ) : (
            <Skeleton lines={10} />
          )}
        </div>
      </div>
    </Screen>
  );
}
