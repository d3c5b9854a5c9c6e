import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type KeyboardEvent, lazy, Suspense } from 'react';
import { useMay } from '../api/access';
import { ErrorBoundary } from '../components/error-boundary';
import { Failed, Skeleton } from '../components/states';
import { cx } from '../lib/cx';
import { Screen } from '../shell/screen';
import { subscriptionQuery } from './queries';
import { SubscriptionHeader } from './subscription-header';
import { readSubscriptionSearch, SUBSCRIPTION_TABS, type SubscriptionTab } from './subscription-search';
import type { TabProps } from './tab-props';
import { useSubscriptionActions } from './use-subscription-actions';
import { nameOf } from './words';

const CONTENTS = {
  overview: lazy(() => import('./tabs/overview-tab')),
  types: lazy(() => import('./tabs/types-tab')),
  sending: lazy(() => import('./tabs/sending-tab')),
  security: lazy(() => import('./tabs/security-tab')),
  test: lazy(() => import('./tabs/test-tab')),
};

const LABELS: Readonly<Record<SubscriptionTab, string>> = {
  overview: 'Overview',
  types: 'Event types',
  sending: 'Sending',
  security: 'Security',
  test: 'Test',
};

export default function SubscriptionScreen() {
  const { subscriptionId: id = '' } = useParams({ strict: false });
  const search = readSubscriptionSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const subscription = useQuery(subscriptionQuery(id));
  const actions = useSubscriptionActions(() => void navigate({ to: '/subscriptions' }));
  return (
    <Screen title={subscription.data === undefined ? 'Subscription' : nameOf(subscription.data)}>
      <div className="h-full overflow-y-auto">
        {subscription.data !== undefined ? (
          <div className="mx-auto flex max-w-7xl flex-col gap-6 p-6 max-md:p-4">
            <SubscriptionHeader subscription={subscription.data} actions={actions} />
            <TabLinks id={id} chosen={search.tab ?? 'overview'} />
            <Content key={id} subscription={subscription.data} search={search} />
          </div>
        ) : subscription.error !== null ? (
          <Failed error={subscription.error} onRetry={() => void subscription.refetch()} />
        ) : (
          <Skeleton lines={10} className="p-6" />
        )}
      </div>
      {actions.dialog}
    </Screen>
  );
}

/** Links, so that each tab can be opened apart, and so that browsers go back to the one before. */
function TabLinks({ id, chosen }: { readonly id: string; readonly chosen: SubscriptionTab }) {
  const mayTest = useMay('subscriptions:test');
  return (
    <div
      role="tablist"
      aria-label="Parts of the subscription"
      onKeyDown={moveFocus}
      className="flex gap-4 overflow-x-auto border-b border-border"
    >
      {SUBSCRIPTION_TABS.filter((tab) => tab !== 'test' || mayTest).map((tab) => (
        <Link
          key={tab}
          id={`tab-${tab}`}
          role="tab"
          aria-selected={tab === chosen}
          to="/subscriptions/$subscriptionId"
          params={{ subscriptionId: id }}
          search={({ range, since, until }) => ({ range, since, until, ...(tab !== 'overview' && { tab }) })}
          className={cx(
            '-mb-px border-b-2 py-2 whitespace-nowrap focus-visible:-outline-offset-2',
            tab === chosen
              ? 'border-foreground font-medium'
              : 'border-transparent text-muted-foreground hover:text-foreground',
          )}
        >
          {LABELS[tab]}
        </Link>
      ))}
    </div>
  );
}

/** Arrows go from tab to tab; Enter opens the one that has the focus. */
function moveFocus({ key, currentTarget }: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step === undefined) return;
  const tabs = [...currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')];
  const at = tabs.findIndex((tab) => tab === document.activeElement);
  tabs[(at + step + tabs.length) % tabs.length]?.focus();
}

function Content({ subscription, search }: TabProps) {
  const tab = search.tab ?? 'overview';
  const Shown = CONTENTS[tab];
  return (
    <ErrorBoundary key={tab}>
      <div role="tabpanel" aria-labelledby={`tab-${tab}`}>
        <Suspense fallback={<Skeleton lines={6} />}>
          <Shown subscription={subscription} search={search} />
        </Suspense>
      </div>
    </ErrorBoundary>
  );
}
