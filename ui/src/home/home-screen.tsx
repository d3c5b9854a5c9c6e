import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import { statsQuery } from '../api/queries';
import { Failed, Skeleton } from '../components/states';
import { demoState } from '../demo/demo-state';
import { useNow } from '../lib/clock';
import { cx } from '../lib/cx';
import { useStore } from '../lib/store';
import { NothingYet } from '../deliveries/nothing-yet';
import { serverConfig } from '../shell/config-store';
import { Screen } from '../shell/screen';
import { Attention } from './attention';
import { useFirstVisit } from './first-visit/use-first-visit';
import { DEFAULT_RANGE, type HomeSearch, RANGES, stepsOf } from './home-range';
import { LedgerLine } from './ledger-line';
import { Plots } from './plots';
import { Tiles } from './tiles';

const REFRESH_MS = 60_000;
const FirstVisit = lazy(() => import('./first-visit/first-visit'));
const SampleTraffic = lazy(() => import('../demo/sample-traffic'));

export default function HomeScreen() {
  const search = useSearch({ from: '/' });
  const navigate = useNavigate();
  const { stats, byCode, steps, minute } = useHomeStats(search);
  const { isFirst, hasNothing, isUndecided } = useFirstVisit(stats.data?.totals.accepted === 0);
  const zoom = (sinceMs: number, untilMs: number): void =>
    void navigate({
      to: '/',
      search: (all) => ({ ...all, since: new Date(sinceMs).toISOString(), until: new Date(untilMs).toISOString() }),
    });
  return (
    <Screen title="Home">
      <div className="h-full overflow-y-auto">
        <div className="mx-auto flex max-w-7xl flex-col gap-6 p-6 max-md:p-4">
          <Beginning isFirst={isFirst} hasNothing={hasNothing} />
          {!hasNothing && (
            <div className="flex flex-wrap items-center justify-between gap-3">
              <LedgerLine />
              <RangePicker search={search} />
            </div>
          )}
          {stats.data !== undefined && !isUndecided ? (
            !hasNothing && (
              <>
                <Tiles stats={stats.data} steps={steps} nowMs={stats.dataUpdatedAt} />
                <Attention />
                <Plots stats={stats.data} byCode={byCode.data} steps={steps} nowMs={minute} onZoom={zoom} />
              </>
            )
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

function useHomeStats({ range, since, until }: HomeSearch) {
  const minute = useNow(REFRESH_MS);
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
  return { stats, byCode, steps, minute };
}

/** What leads to the first figures, above them or in place of them. */
function Beginning({ isFirst, hasNothing }: { readonly isFirst: boolean; readonly hasNothing: boolean }) {
  const { has_echo: hasEcho } = useStore(serverConfig);
  const isMaking = useStore(demoState).state !== 'idle';
  return (
    <>
      <Suspense fallback={<Skeleton lines={6} />}>
        {isFirst ? <FirstVisit /> : hasEcho && (isMaking || hasNothing) && <SampleTraffic />}
      </Suspense>
      {!isFirst && hasNothing && <NothingYet />}
    </>
  );
}

function RangePicker({ search: { range = DEFAULT_RANGE, since } }: { readonly search: HomeSearch }) {
  const navigate = useNavigate();
  return (
    <div role="group" aria-label="Range" className="flex rounded-md border border-input bg-card p-0.5">
      {RANGES.map((each) => {
        const isChosen = each === range && since === undefined;
        return (
          <button
            key={each}
            type="button"
            aria-pressed={isChosen}
            onClick={() =>
              void navigate({
                to: '/',
                search: ({ tenant }) => ({ tenant, range: each === DEFAULT_RANGE ? undefined : each }),
              })
            }
            className={cx(
              'h-6 rounded-sm px-2 hover:text-foreground',
              isChosen ? 'bg-accent font-medium text-foreground' : 'text-muted-foreground',
            )}
          >
            {each}
          </button>
        );
      })}
    </div>
  );
}
