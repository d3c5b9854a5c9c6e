import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { DeliveryWithAttemptsAnswer } from '../../api/generated';
import { deliveryQuery } from '../../api/queries';
import { Copyable } from '../../components/copyable';
import { Failed, Skeleton } from '../../components/states';
import { Status } from '../../components/status';
import { Button } from '../../components/ui/button';
import { Tabs } from '../../components/ui/tabs';
import { DRAWER_TABS } from '../delivery-search';
import { useSubscriptionName } from '../subscription-name';
import { DeliveryActionBar } from './delivery-action-bar';
import { DeliveryFacts } from './delivery-facts';
import { EventTab } from './event-tab';
import { JsonTab } from './json-tab';
import { PayloadTab } from './payload-tab';
import { Timeline } from './timeline';

/** All about one delivery, beside the list; on phones in place of it. It has a URL of its own. */
export default function DeliveryDrawer() {
  const { deliveryId } = useParams({ from: '/deliveries/$deliveryId' });
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(deliveryQuery(deliveryId));
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    element.current?.focus({ preventScroll: true });
  }, [deliveryId]);
  const close = (): void => void navigate({ to: '/deliveries', search: (search) => ({ ...search, tab: undefined }) });
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
  const { tab = 'attempts' } = useSearch({ from: '/deliveries/$deliveryId' });
  const navigate = useNavigate();
  const choose = (value: string): void => {
    const chosen = DRAWER_TABS.find((each) => each === value);
    const next = chosen === 'attempts' ? undefined : chosen;
    void navigate({ to: '.', search: (search) => ({ ...search, tab: next }), replace: true });
  };
  const attempts = (
    <div className="flex flex-col gap-6">
      <Timeline delivery={delivery} />
      <DeliveryFacts delivery={delivery} />
    </div>
  );
  return (
    <Tabs
      value={tab}
      onChange={choose}
      tabs={[
        { value: 'attempts', label: `Attempts ${delivery.attempts.length}`, content: attempts },
        { value: 'payload', label: 'Payload', content: <PayloadTab eventId={delivery.event_id} /> },
        { value: 'event', label: 'Other deliveries', content: <EventTab delivery={delivery} /> },
        { value: 'json', label: 'JSON', content: <JsonTab delivery={delivery} /> },
      ]}
    />
  );
}
