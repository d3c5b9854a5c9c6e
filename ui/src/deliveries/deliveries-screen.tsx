import { Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { RowSelectionState } from '@tanstack/react-table';
import { ArrowUp } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { ErrorBoundary } from '../components/error-boundary';
import { Failed, NothingMatches, Skeleton } from '../components/states';
import { Button } from '../components/ui/button';
import { cx } from '../lib/cx';
import { counted } from '../lib/numbers';
import { Screen } from '../shell/screen';
import { type DeliverySearch, type FilterName, filtersOf, hasFilters } from './delivery-search';
import { DeliveryTable } from './delivery-table';
import { FilterBar } from './filter-bar';
import { NothingYet } from './nothing-delivered';
import { OutcomeStrip } from './lazy-outcome-strip';
import { SelectionBar } from './selection-bar';
import { useDeliveryActions } from './use-delivery-actions';
import { useDeliveryKeys } from './use-delivery-keys';
import { type DeliveryList, useAtFirst, useDeliveryList } from './use-delivery-list';

export default function DeliveriesScreen() {
  const search = useSearch({ from: '/deliveries' });
  const { deliveryId: openId = null } = useParams({ strict: false });
  const start = useAtFirst(search.cursor ?? null);
  // The drawer's own parameters must not read the list again.
  const filterText = JSON.stringify(filtersOf(search));
  const filters = useMemo(() => JSON.parse(filterText) as ReturnType<typeof filtersOf>, [filterText]);
  const [selection, setSelection] = useState<RowSelectionState>({});
  const [cursorId, setCursorId] = useState<string | null>(null);
  const [isAtTop, setIsAtTop] = useState(true);
  const selected = Object.keys(selection).filter((id) => selection[id]);
  const isHeld = !isAtTop || openId !== null || cursorId !== null || selected.length > 0;
  const list = useDeliveryList({ filters, start, isHeld });
  const { change, clear, open, close } = useDeliveryNavigation();
  const actions = useDeliveryActions();
  const atId = openId ?? cursorId;
  useDeliveryKeys({
    list,
    atId,
    openId,
    hasSelection: selected.length > 0,
    actions,
    open,
    close,
    setCursorId,
    setSelection,
  });
  return (
    <Screen title="Deliveries">
      <div className="flex h-full">
        <div className={cx('flex min-w-0 flex-1 flex-col', openId !== null && 'max-lg:hidden')}>
          <FilterBar search={search} onChange={change} onClear={clear}>
            <Newer list={list} onShow={() => setCursorId(null)} />
          </FilterBar>
          <OutcomeStrip search={search} onRange={(since, until) => change('since', since, { until })} />
          <div className="relative min-h-0 flex-1 border-t border-border">
            <Content list={list} search={search} onClear={clear}>
              <DeliveryTable
                list={list}
                selection={selection}
                onSelect={setSelection}
                cursorId={atId}
                openId={openId}
                onOpen={open}
                onAtTop={setIsAtTop}
              />
            </Content>
            <SelectionBar
              ids={selected}
              onClear={() => setSelection({})}
              onRetry={() => void actions.retryAll(selected).then(() => setSelection({}))}
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
  return hasFilters(search) ? <NothingMatches onClear={onClear} /> : <NothingYet />;
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
    () => void navigate({ to: '/deliveries', search: (search) => ({ ...search, tab: undefined }) }),
    [navigate],
  );
  return { change, clear, open, close };
}
