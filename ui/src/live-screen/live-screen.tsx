import { Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ArrowUp, Eraser, Pause, Play } from 'lucide-react';
import { lazy, Suspense, useCallback } from 'react';
import { ErrorBoundary } from '../components/error-boundary';
import { Button } from '../components/ui/button';
import { type FilterName, hasFilters } from '../deliveries/delivery-search';
import { FilterBar } from '../deliveries/filter-bar';
import { cx } from '../lib/cx';
import { counted } from '../lib/numbers';
import { useStore } from '../lib/store';
import { liveState } from '../live/live';
import { Screen } from '../shell/screen';
import { feed } from './follow-feed';
import { isMessage, KEPT_ROWS, type LiveRow } from './live-feed';
import { LIVE_FILTERS } from './live-search';
import { deliveryOf, LiveTable } from './live-table';
import { PaceStrip } from './pace-strip';
import { useLiveKeys } from './use-live-keys';
import { type LiveView, useLiveView } from './use-live-view';

const Quiet = lazy(() => import('./quiet'));

/** Events and attempts as they happen. */
export default function LiveScreen() {
  const search = useSearch({ from: '/live' });
  const { deliveryId: openId = null } = useParams({ strict: false });
  const view = useLiveView(search, openId);
  const { rows, cursor, setCursor } = view;
  const { change, clear, open, close } = useLiveNavigation();
  const openRow = useOpenRow(open, setCursor);
  useLiveKeys({ view, openId, openRow, open, close });
  const state = useStore(liveState);
  return (
    <Screen title="Live">
      <div className="flex h-full">
        <div className={cx('flex min-w-0 flex-1 flex-col', openId !== null && 'max-lg:hidden')}>
          <FilterBar filters={LIVE_FILTERS} search={search} onChange={change} onClear={clear}>
            <Controls view={view} />
          </FilterBar>
          <PaceStrip pace={feed.pace} />
          {rows.length > 0 && state === 'polling' && <Interrupted />}
          <div className="relative min-h-0 flex-1 border-t border-border">
            {rows.length === 0 ? (
              <div className="h-full overflow-y-auto">
                <Suspense>
                  <Quiet state={state} hasFilters={hasFilters(search)} onClear={clear} />
                </Suspense>
              </div>
            ) : (
              <LiveTable
                rows={rows}
                scroller={view.scroller}
                cursor={cursor}
                openId={openId}
                onOpen={openRow}
                onAtTop={view.setIsAtTop}
              />
            )}
          </div>
        </div>
        <ErrorBoundary key={openId}>
          <Outlet />
        </ErrorBoundary>
      </div>
    </Screen>
  );
}

function Controls({ view: { rows, unseen, isHeld, pause, goOn, empty } }: { readonly view: LiveView }) {
  return (
    <>
      <NewPill unseen={unseen} onShow={goOn} />
      <Button size="sm" data-hint={isHeld ? 'Show what comes (p)' : 'Scrolling pauses, too (p)'} onClick={pause}>
        {isHeld ? <Play aria-hidden /> : <Pause aria-hidden />}
        {isHeld ? 'Go on' : 'Pause'}
      </Button>
      <Button variant="ghost" size="sm" disabled={rows.length === 0 && unseen === 0} onClick={empty}>
        <Eraser aria-hidden /> Clear the list
      </Button>
    </>
  );
}

function NewPill({ unseen, onShow }: { readonly unseen: number; readonly onShow: () => void }) {
  if (unseen === 0) return null;
  const count = unseen >= KEPT_ROWS ? `${counted(KEPT_ROWS, 'new one')} and more` : counted(unseen, 'new one');
  return (
    <Button size="sm" className="rounded-full border-brand/40 text-brand" onClick={onShow}>
      <ArrowUp aria-hidden /> {count}
    </Button>
  );
}

function Interrupted() {
  return (
    <p role="status" className="border-t border-border bg-warning-tint px-6 py-2 max-md:px-4">
      The connection is lost, and tried again every few seconds. What happens within a minute is shown then.
    </p>
  );
}

/** Opens the delivery of a row here, or its event in the screen of the events. */
function useOpenRow(open: (id: string) => void, setCursor: (number: number) => void): (row: LiveRow) => void {
  const navigate = useNavigate();
  return useCallback(
    (row: LiveRow) => {
      const id = deliveryOf(row);
      if (id !== null) {
        setCursor(row.number);
        open(id);
      } else if (isMessage(row.what)) {
        void navigate({ to: `/events/${row.what.body.event_id}` as '/events' });
      }
    },
    [navigate, open, setCursor],
  );
}

/** Changes of the URL, which says what is shown. */
function useLiveNavigation() {
  const navigate = useNavigate();
  const change = useCallback(
    (name: FilterName, value: string | undefined) =>
      void navigate({ to: '/live', search: (search) => ({ ...search, [name]: value }) }),
    [navigate],
  );
  const clear = useCallback(() => void navigate({ to: '/live', search: ({ tenant }) => ({ tenant }) }), [navigate]);
  const open = useCallback(
    (deliveryId: string, replace = false) =>
      void navigate({ to: '/live/$deliveryId', params: { deliveryId }, search: (search) => search, replace }),
    [navigate],
  );
  const close = useCallback(
    () => void navigate({ to: '/live', search: (search) => ({ ...search, tab: undefined, compare: undefined }) }),
    [navigate],
  );
  return { change, clear, open, close };
}
