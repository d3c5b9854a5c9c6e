import './events.css';
import { Link, Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ArrowUp, PenLine } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useMay } from '../api/access';
import type { EventAnswer } from '../api/generated';
import { ErrorBoundary } from '../components/error-boundary';
import { Failed, NothingMatches, Skeleton } from '../components/states';
import { Button, buttonClass } from '../components/ui/button';
import { FilterBar } from '../deliveries/filter-bar';
import { useAtFirst } from '../deliveries/use-delivery-list';
import { type LiveList, useLiveList } from '../deliveries/use-live-list';
import { cx } from '../lib/cx';
import { useKeys } from '../lib/keys';
import { counted } from '../lib/numbers';
import { Screen } from '../shell/screen';
import { EVENT_FILTERS } from './event-filters';
import { eventFiltersOf, type EventFilterName } from './event-search';
import { EventTable } from './event-table';
import { NothingPublished } from './nothing-published';
import { type EventFilters, eventSource } from './queries';

export default function EventsScreen() {
  const search = useSearch({ from: '/events' });
  const { eventId: openId = null } = useParams({ strict: false });
  const start = useAtFirst(search.cursor ?? null);
  // The drawer's own parameters must not read the list again.
  const filterText = JSON.stringify(eventFiltersOf(search));
  const source = useMemo(() => eventSource(JSON.parse(filterText) as EventFilters, start), [filterText, start]);
  const [cursorId, setCursorId] = useState<string | null>(null);
  const [isAtTop, setIsAtTop] = useState(true);
  const list = useLiveList(source, !isAtTop || openId !== null || cursorId !== null);
  const { change, clear, open, close } = useEventNavigation();
  const atId = openId ?? cursorId;
  // The focus comes back to the row when the drawer is closed.
  const openRow = useCallback(
    (id: string) => {
      setCursorId(id);
      open(id);
    },
    [open],
  );
  useEventKeys({ rows: list.rows, atId, openId, open, close, setCursorId });
  const mayPublish = useMay('events:publish');
  return (
    <Screen title="Events">
      <div className="flex h-full">
        <div className={cx('flex min-w-0 flex-1 flex-col', openId !== null && 'max-lg:hidden')}>
          <FilterBar filters={EVENT_FILTERS} search={search} onChange={change} onClear={clear}>
            <Newer list={list} onShow={() => setCursorId(null)} />
            {mayPublish && (
              <Link to="/publish" className={buttonClass({ size: 'sm' })}>
                <PenLine aria-hidden /> Publish
              </Link>
            )}
          </FilterBar>
          <div className="min-h-0 flex-1 border-t border-border">
            <Content list={list} isFiltered={filterText !== '{}'} onClear={clear}>
              <EventTable list={list} cursorId={atId} openId={openId} onOpen={openRow} onAtTop={setIsAtTop} />
            </Content>
          </div>
        </div>
        <ErrorBoundary key={openId}>
          <Outlet />
        </ErrorBoundary>
      </div>
    </Screen>
  );
}

interface ContentProps {
  readonly list: LiveList<EventAnswer>;
  readonly isFiltered: boolean;
  readonly onClear: () => void;
  readonly children: React.ReactNode;
}

/** The table, or why there is none. */
function Content({ list, isFiltered, onClear, children }: ContentProps) {
  if (list.rows.length > 0) return children;
  if (list.error !== null) return <Failed error={list.error} onRetry={list.retry} />;
  if (list.isLoading || list.hasOlder) return <Skeleton lines={12} className="p-6" />;
  return isFiltered ? <NothingMatches what="event" onClear={onClear} /> : <NothingPublished />;
}

function Newer({ list, onShow }: { readonly list: LiveList<EventAnswer>; readonly onShow: () => void }) {
  if (list.unseen === 0) return null;
  return (
    <Button
      size="sm"
      className="rounded-full border-brand/40 text-brand"
      onClick={() => {
        onShow();
        list.showUnseen();
      }}
    >
      <ArrowUp aria-hidden /> {counted(list.unseen, 'new one', 'new ones')}
    </Button>
  );
}

interface KeyOptions {
  readonly rows: readonly EventAnswer[];
  /** The event that the keys act on. */
  readonly atId: string | null;
  readonly openId: string | null;
  readonly open: (id: string, replace?: boolean) => void;
  readonly close: () => void;
  readonly setCursorId: (id: string | null) => void;
}

/** Keys of the list. While a drawer is open, moving the cursor moves the drawer. */
function useEventKeys({ rows, atId, openId, open, close, setCursorId }: KeyOptions): void {
  const at = rows.findIndex(({ id }) => id === atId);
  const move = (step: number): void => {
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (next === undefined) return;
    setCursorId(next.id);
    if (openId !== null && next.id !== openId) open(next.id, true);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => atId !== null && open(atId),
    Escape: () => {
      setCursorId(openId);
      if (openId !== null) close();
    },
  });
}

/** Changes of the URL, which is the state of the screen. */
function useEventNavigation() {
  const navigate = useNavigate();
  const change = useCallback(
    (name: EventFilterName, value: string | undefined) =>
      void navigate({ to: '/events', search: (search) => ({ ...search, cursor: undefined, [name]: value }) }),
    [navigate],
  );
  const clear = useCallback(() => void navigate({ to: '/events', search: ({ tenant }) => ({ tenant }) }), [navigate]);
  const open = useCallback(
    (eventId: string, replace = false) =>
      void navigate({
        from: '/events',
        to: '/events/$eventId',
        params: { eventId },
        search: (search) => search,
        replace,
      }),
    [navigate],
  );
  const close = useCallback(
    () => void navigate({ to: '/events', search: (search) => ({ ...search, tab: undefined, view: undefined }) }),
    [navigate],
  );
  return { change, clear, open, close };
}
