import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus, SearchX } from 'lucide-react';
import { type ReactNode, type RefObject, useRef } from 'react';
import { useMayMakeSubscriptions } from '../api/access';
import type { ListedSubscriptionAnswer, SubscriptionPage } from '../api/generated';
import { Listing, Pager } from '../components/listing';
import { Failed, Notice, Skeleton } from '../components/states';
import { Button, buttonClass } from '../components/ui/button';
import { useKeys } from '../lib/keys';
import { Screen } from '../shell/screen';
import { NoSubscriptions } from './no-subscriptions';
import { subscriptionPageQuery } from './queries';
import { subscriptionColumns } from './subscription-columns';
import { SubscriptionFilterBar } from './subscription-filter-bar';
import { readSubscriptionsSearch, type SubscriptionsSearch } from './subscription-search';
import { useSubscriptionActions } from './use-subscription-actions';

export default function SubscriptionsScreen() {
  const { cursor = null, ...filters } = readSubscriptionsSearch(useSearch({ strict: false }));
  const page = useQuery(subscriptionPageQuery(filters, cursor));
  const mayCreate = useMayMakeSubscriptions();
  const { change, open } = useSubscriptionNavigation();
  const actions = useSubscriptionActions();
  const table = useRef<HTMLDivElement>(null);
  useRowKeys(table);
  const hasFilters = Object.keys(filters).length > 0;
  return (
    <Screen title="Subscriptions">
      <div className="flex h-full flex-col gap-4 overflow-y-auto p-6 max-md:p-4">
        <SubscriptionFilterBar filters={filters} onChange={(part) => change({ ...part, cursor: undefined }, true)}>
          {mayCreate && (
            <Link to="/subscriptions/new" className={buttonClass({ variant: 'primary' })}>
              <Plus aria-hidden />
              <span>
                New<span className="max-md:sr-only"> subscription</span>
              </span>
            </Link>
          )}
        </SubscriptionFilterBar>
        <div ref={table}>
          <Content
            page={page.data}
            error={page.error}
            onRetry={() => void page.refetch()}
            nothing={
              hasFilters ? (
                <NothingFound onClear={() => change(NO_FILTERS)} />
              ) : (
                <NoSubscriptions mayCreate={mayCreate} />
              )
            }
          >
            {(shown) => (
              <>
                <Listing
                  label="Subscriptions"
                  columns={subscriptionColumns(actions)}
                  rows={shown.data}
                  keyOf={({ id }) => id}
                  onOpen={open}
                />
                <Pager
                  hasOlder={shown.has_more}
                  onOlder={() => change({ cursor: shown.next_cursor ?? undefined })}
                  onNewest={cursor === null ? undefined : () => change({ cursor: undefined })}
                />
              </>
            )}
          </Content>
        </div>
      </div>
      {actions.dialog}
    </Screen>
  );
}

const NO_FILTERS: SubscriptionsSearch = {
  search: undefined,
  state: undefined,
  event_type: undefined,
  cursor: undefined,
};

interface ContentProps {
  readonly page: SubscriptionPage | undefined;
  readonly error: Error | null;
  readonly onRetry: () => void;
  readonly nothing: ReactNode;
  readonly children: (page: SubscriptionPage) => ReactNode;
}

/** The list, or why there is none. */
function Content({ page, error, onRetry, nothing, children }: ContentProps) {
  // What was read stays while the service is away.
  if (page !== undefined) return page.data.length === 0 ? nothing : children(page);
  return error === null ? <Skeleton lines={12} /> : <Failed error={error} onRetry={onRetry} />;
}

function NothingFound({ onClear }: { readonly onClear: () => void }) {
  return (
    <Notice icon={<SearchX aria-hidden className="size-5 text-muted-foreground" />} title="Nothing matches">
      <p>No subscription has all of these properties.</p>
      <Button onClick={onClear}>Clear the filters</Button>
    </Notice>
  );
}

/** Changes of the URL, which is the state of the screen. */
function useSubscriptionNavigation() {
  const navigate = useNavigate();
  const change = (part: SubscriptionsSearch, replace = false): void =>
    void navigate({ to: '/subscriptions', search: (search) => ({ ...search, ...part }), replace });
  const open = ({ id }: ListedSubscriptionAnswer): void =>
    void navigate({ to: '/subscriptions/$subscriptionId', params: { subscriptionId: id } });
  return { change, open };
}

/** `j` and `k` go from row to row; Enter follows the link that has the focus. */
function useRowKeys(table: RefObject<HTMLElement | null>): void {
  const move = (step: number): void => {
    const links = [...(table.current?.querySelectorAll<HTMLElement>('[data-row-link]') ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
  };
  useKeys({ j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1) });
}
