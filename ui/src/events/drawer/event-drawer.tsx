import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useMay } from '../../api/access';
import type { EventAnswer } from '../../api/generated';
import { eventQuery } from '../../api/queries';
import { Copyable } from '../../components/copyable';
import { Failed, Skeleton } from '../../components/states';
import { Button } from '../../components/ui/button';
import { Tabs } from '../../components/ui/tabs';
import type { EventDrawerSearch } from '../event-search';
import { EventJson } from './event-json';
import { EventHeader } from './event-header';
import { EventPayload } from './event-payload';
import { FanOut } from './fan-out';

/** All about one event, beside the list; on phones in place of it. It has a URL of its own. */
export default function EventDrawer() {
  const { eventId } = useParams({ from: '/events/$eventId' });
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(eventQuery(eventId));
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    element.current?.focus({ preventScroll: true });
  }, [eventId]);
  const close = (): void =>
    void navigate({ to: '/events', search: (search) => ({ ...search, tab: undefined, view: undefined }) });
  return (
    <aside
      ref={element}
      tabIndex={-1}
      aria-label="Event"
      className="event-drawer flex shrink-0 animate-appear flex-col overflow-y-auto border-l border-border bg-card outline-none max-lg:border-l-0"
    >
      <div className="flex items-center gap-2 px-6 pt-4 max-md:px-4">
        <Copyable text={eventId} what="event id" />
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
        <div className="flex flex-col gap-4 px-6 pb-8 max-md:px-4">
          <EventHeader event={data} />
          <EventTabs event={data} />
        </div>
      ) : error !== null ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton lines={8} className="p-6" />
      )}
    </aside>
  );
}

function EventTabs({ event }: { readonly event: EventAnswer }) {
  const { tab = 'fan-out' } = useSearch({ from: '/events/$eventId' });
  const mayReadPayload = useMay('payloads:read');
  const navigate = useNavigate();
  const choose = (value: string): void => {
    const next: EventDrawerSearch = { tab: value === 'payload' || value === 'json' ? value : undefined };
    void navigate({ to: '.', search: (search) => ({ ...search, ...next, view: undefined }), replace: true });
  };
  return (
    <Tabs
      value={tab === 'payload' && !mayReadPayload ? 'fan-out' : tab}
      onChange={choose}
      tabs={[
        { value: 'fan-out', label: 'Who got it', content: <FanOut event={event} /> },
        ...(mayReadPayload ? [{ value: 'payload', label: 'Payload', content: <EventPayload event={event} /> }] : []),
        { value: 'json', label: 'JSON', content: <EventJson event={event} /> },
      ]}
    />
  );
}
