import { useQuery } from '@tanstack/react-query';
import { useMatchRoute, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Columns2, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef } from 'react';
import type { DeliveryWithAttemptsAnswer } from '../../api/generated';
import { useMay } from '../../api/access';
import { deliveryQuery } from '../../api/queries';
import { Copyable } from '../../components/copyable';
import { Failed, Skeleton } from '../../components/states';
import { Status } from '../../components/status';
import { Button } from '../../components/ui/button';
import { Tabs } from '../../components/ui/tabs';
import { DRAWER_TABS, type DrawerSearch, readDrawerSearch } from '../delivery-search';
import { useSubscriptionName } from '../subscription-name';
import { DeliveryActionBar } from './delivery-action-bar';
import { DeliveryFacts } from './delivery-facts';
import { EventTab } from './event-tab';
import { JsonTab } from './json-tab';
import { PayloadTab } from './payload-tab';
import { Timeline } from './timeline';

const CompareAttempts = lazy(() => import('./compare/compare-attempts'));

/** All about one delivery, beside a list; on phones in place of it. It has a URL of its own. */
export default function DeliveryDrawer() {
  const { deliveryId = '' } = useParams({ strict: false });
  const close = useClosing();
  const { data, error, refetch } = useQuery(deliveryQuery(deliveryId));
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    element.current?.focus({ preventScroll: true });
  }, [deliveryId]);
  return (
    <aside
      ref={element}
      tabIndex={-1}
      aria-label="Delivery"
      className="flex w-120 shrink-0 animate-appear flex-col overflow-y-auto border-l border-border bg-card outline-none max-xl:w-110 max-lg:w-full max-lg:border-l-0 2xl:w-140"
    >
      <div className="flex items-center gap-2 px-6 pt-4 max-md:px-4">
        <Copyable text={deliveryId} what="delivery id" />
        <span className="flex-1" />
        <Button
          variant="ghost"
          size="icon"
          aria-label="Close"
          data-hint="Close (Esc)"
          onClick={close}
          className="-mr-2"
        >
          <X aria-hidden />
        </Button>
      </div>
      {data !== undefined ? (
        <Content delivery={data} />
      ) : error !== null ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton lines={8} className="p-6" />
      )}
    </aside>
  );
}

/** Closes the drawer, and leaves the list as it is. */
function useClosing(): () => void {
  const navigate = useNavigate();
  const isLive = useMatchRoute()({ to: '/live/$deliveryId' }) !== false;
  return () =>
    void navigate({
      to: isLive ? '/live' : '/deliveries',
      search: (search) => ({ ...search, tab: undefined, compare: undefined }),
    });
}

function Content({ delivery }: { readonly delivery: DeliveryWithAttemptsAnswer }) {
  const name = useSubscriptionName({ id: delivery.subscription_id, targetUrl: delivery.target_url });
  return (
    <div className="flex flex-col gap-4 px-6 pb-8 max-md:px-4">
      <header className="flex flex-col gap-2">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 className="min-w-0 text-lg font-semibold break-words">
            {delivery.event_type} <span className="font-normal text-muted-foreground">to</span> {name}
          </h2>
          <Status status={delivery.status} />
        </div>
        <p className="text-base text-pretty">{delivery.summary}</p>
      </header>
      <DeliveryActionBar delivery={delivery} />
      <DrawerTabs delivery={delivery} />
    </div>
  );
}

function DrawerTabs({ delivery }: { readonly delivery: DeliveryWithAttemptsAnswer }) {
  const { tab = 'attempts', compare } = readDrawerSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const change = (next: DrawerSearch): void =>
    void navigate({ to: '.', search: (search) => ({ ...search, ...next }), replace: true });
  const choose = (value: string): void => {
    const chosen = DRAWER_TABS.find((each) => each === value);
    change({ tab: chosen === 'attempts' ? undefined : chosen });
  };
  const mayRead = useMay('payloads:read');
  const { attempts } = delivery;
  const last = attempts.length;
  const story = (
    <div className="flex flex-col gap-6">
      <Timeline delivery={delivery} />
      {last > 1 && (
        <Button className="self-start" onClick={() => change({ compare: `${last - 1},${last}` })}>
          <Columns2 aria-hidden /> Compare attempts
        </Button>
      )}
      <DeliveryFacts delivery={delivery} />
    </div>
  );
  const payload = { value: 'payload', label: 'Payload', content: <PayloadTab eventId={delivery.event_id} /> };
  return (
    <>
      <Tabs
        value={tab}
        onChange={choose}
        tabs={[
          { value: 'attempts', label: `Attempts ${last}`, content: story },
          ...(mayRead ? [payload] : []),
          { value: 'event', label: 'Other deliveries', content: <EventTab delivery={delivery} /> },
          { value: 'json', label: 'JSON', content: <JsonTab delivery={delivery} /> },
        ]}
      />
      {compare !== undefined && last > 1 && (
        <Suspense>
          <CompareAttempts
            delivery={delivery}
            pair={compare}
            onPair={(pair) => change({ compare: pair })}
            onClose={() => change({ compare: undefined })}
          />
        </Suspense>
      )}
    </>
  );
}
