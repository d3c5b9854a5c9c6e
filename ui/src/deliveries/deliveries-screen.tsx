import { Link, Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ArrowUp, Repeat } from 'lucide-react';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useMay } from '../api/access';
import { ErrorBoundary } from '../components/error-boundary';
import { Failed, NothingMatches, Skeleton } from '../components/states';
import { Button, buttonClass } from '../components/ui/button';
import { cx } from '../lib/cx';
import { counted } from '../lib/numbers';
import { Screen } from '../shell/screen';
import { type DeliverySearch, type FilterName, filtersOf, hasFilters } from './delivery-search';
import { DeliveryTable } from './delivery-table';
import { FilterBar } from './filter-bar';
import { FILTERS } from './filters';
import { OutcomeStrip } from './lazy-outcome-strip';
import { NOTHING_SELECTED, type Selection, toggled } from './selection';
import type { SelectionBarProps } from './selection-bar';
import { useDeliveryActions } from './use-delivery-actions';
import { useDeliveryKeys } from './use-delivery-keys';
import { type DeliveryList, useAtFirst, useDeliveryList } from './use-delivery-list';
import { ViewsButton } from './views/views-button';

const NothingYet = lazy(() => import('./nothing-delivered').then(({ NothingYet: loaded }) => ({ default: loaded })));
const LazySelectionBar = lazy(() => import('./selection-bar'));

export default function DeliveriesScreen() {
  const search = useSearch({ from: '/deliveries' });
  const { deliveryId: openId = null } = useParams({ strict: false });
  const start = useAtFirst(search.cursor ?? null);
  // The drawer's own parameters must not read the list again.
  const filterText = JSON.stringify(filtersOf(search));
  const filters = useMemo(() => JSON.parse(filterText) as ReturnType<typeof filtersOf>, [filterText]);
  const { selection, toggle, clearSelection } = useSelection();
  const [cursorId, setCursorId] = useState<string | null>(null);
  const [isAtTop, setIsAtTop] = useState(true);
  const isHeld = !isAtTop || openId !== null || cursorId !== null || selection.size > 0;
  const list = useDeliveryList({ filters, start, isHeld });
  const { change, clear, open, close } = useDeliveryNavigation();
  const actions = useDeliveryActions();
  const atId = openId ?? cursorId;
  useDeliveryKeys({
    list,
    atId,
    openId,
    hasSelection: selection.size > 0,
    actions,
    open,
    close,
    setCursorId,
    clearSelection,
    toggle,
  });
  return (
    <Screen title="Deliveries">
      <div className="flex h-full">
        <div className={cx('flex min-w-0 flex-1 flex-col', openId !== null && 'max-lg:hidden')}>
          <FilterBar filters={FILTERS} search={search} onChange={change} onClear={clear}>
            <ListTools list={list} search={search} onShow={() => setCursorId(null)} />
          </FilterBar>
          <OutcomeStrip search={search} onRange={(since, until) => change('since', since, { until })} />
          <div className="relative min-h-0 flex-1 border-t border-border">
            <Content list={list} search={search} onClear={clear}>
              <DeliveryTable
                list={list}
                selection={selection}
                onToggle={toggle}
                cursorId={atId}
                openId={openId}
                onOpen={open}
                onAtTop={setIsAtTop}
              />
            </Content>
            <SelectionBar
              ids={[...selection]}
              onClear={clearSelection}
              onRetry={() => void actions.retryAll([...selection]).then(clearSelection)}
            />
          </div>
        </div>
        <ErrorBoundary key={openId}>
          <Outlet />
        </ErrorBoundary>
      </div>
    </Screen>
  );
}

interface Selecting {
  readonly selection: Selection;
  readonly toggle: (id: string) => void;
  readonly clearSelection: () => void;
}

function useSelection(): Selecting {
  const [selection, setSelection] = useState(NOTHING_SELECTED);
  const toggle = useCallback((id: string) => setSelection((now) => toggled(now, id)), []);
  const clearSelection = useCallback(() => setSelection(NOTHING_SELECTED), []);
  return { selection, toggle, clearSelection };
}

interface ContentProps {
  readonly list: DeliveryList;
  readonly search: DeliverySearch;
  readonly onClear: () => void;
  readonly children: React.ReactNode;
}

/** The table, or why there is none. */
function Content({ list, search, onClear, children }: ContentProps) {
  if (list.rows.length > 0) return children;
  if (list.error !== null) return <Failed error={list.error} onRetry={list.retry} />;
  if (list.isLoading || list.hasOlder) return <Skeleton lines={12} className="p-6" />;
  if (hasFilters(search)) return <NothingMatches onClear={onClear} />;
  return (
    <Suspense>
      <NothingYet />
    </Suspense>
  );
}

/** It is loaded when something is selected. */
function SelectionBar(props: SelectionBarProps) {
  if (props.ids.length === 0) return null;
  return (
    <Suspense>
      <LazySelectionBar {...props} />
    </Suspense>
  );
}

interface ListToolsProps {
  readonly list: DeliveryList;
  readonly search: DeliverySearch;
  readonly onShow: () => void;
}

function ListTools({ list, search, onShow }: ListToolsProps) {
  return (
    <>
      <Newer list={list} onShow={onShow} />
      <ReplayLink search={search} />
      <ViewsButton search={search} />
    </>
  );
}

function Newer({ list, onShow }: { readonly list: DeliveryList; readonly onShow: () => void }) {
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

/** Opens a replay with these filters. It is counted there, and made only when somebody says so. */
function ReplayLink({ search }: { readonly search: DeliverySearch }) {
  const mayReplay = useMay('replays:write');
  if (!mayReplay || !hasFilters(search)) return null;
  return (
    <Link to="/replays/new" search={{ ...filtersOf(search), dry_run: 'true' }} className={buttonClass({ size: 'sm' })}>
      <Repeat aria-hidden /> Replay all that match
    </Link>
  );
}

/** Changes of the URL, which is the state of the screen. */
function useDeliveryNavigation() {
  const navigate = useNavigate();
  const change = useCallback(
    (name: FilterName, value: string | undefined, more: DeliverySearch = {}) =>
      void navigate({
        to: '/deliveries',
        search: (search) => ({ ...search, cursor: undefined, ...more, [name]: value }),
      }),
    [navigate],
  );
  const clear = useCallback(
    () => void navigate({ to: '/deliveries', search: ({ tenant }) => ({ tenant }) }),
    [navigate],
  );
  const open = useCallback(
    (deliveryId: string, replace = false) =>
      void navigate({ to: '/deliveries/$deliveryId', params: { deliveryId }, search: (search) => search, replace }),
    [navigate],
  );
  const close = useCallback(
    () => void navigate({ to: '/deliveries', search: (search) => ({ ...search, tab: undefined, compare: undefined }) }),
    [navigate],
  );
  return { change, clear, open, close };
}
