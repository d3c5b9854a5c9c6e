import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useMay } from '../api/access';
import type { DeliveryAnswer, WarningAnswer } from '../api/generated';
import { eventDeliveriesQuery, eventQuery } from '../api/queries';
import { Copyable } from '../components/copyable';
import { Section } from '../components/section';
import { Failed, Skeleton } from '../components/states';
import { Status } from '../components/status';
import { Age } from '../components/time';
import { buttonClass } from '../components/ui/button';
import { answerWords } from '../deliveries/delivery-columns';
import { SubscriptionName } from '../deliveries/subscription-name';
import { canRetry } from '../deliveries/use-delivery-actions';
import { counted } from '../lib/numbers';
import type { Sent } from './send';

/** Messages of the live view come sooner. This is for when there are none. */
const ASKED_EVERY_MS = 2000;

interface PublishedProps {
  readonly eventId: string;
  /** What the service said at once; null if the page was opened later. */
  readonly sent: Sent | null;
}

/** What became of the event that was published last, delivery by delivery, until all of them have ended. */
export function Published({ eventId, sent }: PublishedProps) {
  const mayRead = useMay('deliveries:read');
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // On a narrow page, it is below the form.
    if (sent !== null) element.current?.scrollIntoView({ block: 'nearest' });
  }, [sent]);
  return (
    <div ref={element}>
      <Section
        title={sent?.isRepeated === true ? 'Published earlier' : 'Published'}
        aside={
          mayRead && (
            <Link to="/events/$eventId" params={{ eventId }} className={buttonClass({ size: 'sm' })}>
              Open the event
            </Link>
          )
        }
        className="animate-appear rounded-lg border border-border bg-card px-4 pt-3 pb-4"
      >
        <p role="status" className="flex min-w-0 items-center gap-2">
          <CircleCheck aria-hidden className="size-4 shrink-0 text-success" />
          <Copyable text={eventId} what="event id" />
        </p>
        {sent?.isRepeated === true && (
          <p>An earlier request with this idempotency key published it. Nothing was published again.</p>
        )}
        {sent?.warnings.map((warning) => (
          <Warning key={warning.code} warning={warning} />
        ))}
        {mayRead && <Following eventId={eventId} />}
      </Section>
    </div>
  );
}

function Warning({ warning: { pointer, detail } }: { readonly warning: WarningAnswer }) {
  return (
    <p className="text-pretty text-warning">
      {pointer} {detail}.
    </p>
  );
}

function Following({ eventId }: { readonly eventId: string }) {
  const { data: event } = useQuery(eventQuery(eventId));
  const {
    data: page,
    error,
    refetch,
  } = useQuery({
    ...eventDeliveriesQuery(eventId),
    refetchInterval: ({ state: { data } }) =>
      data?.data.every(({ status }) => canRetry(status)) === true ? false : ASKED_EVERY_MS,
  });
  if (page === undefined) {
    return error === null ? <Skeleton lines={2} /> : <Failed error={error} onRetry={() => void refetch()} />;
  }
  if (event?.delivery_count === 0) {
    return (
      <p className="text-muted-foreground">
        It reached nobody.{' '}
        <Link to="/events/$eventId" params={{ eventId }} className="text-brand underline underline-offset-2">
          See why not
        </Link>
      </p>
    );
  }
  return (
    <>
      <ul className="-mx-2 flex flex-col">
        {page.data.map((delivery) => (
          <FollowedDelivery key={delivery.id} delivery={delivery} />
        ))}
      </ul>
      {page.has_more && event !== undefined && (
        <Link to="/deliveries" search={{ event_id: eventId }} className="text-brand underline underline-offset-2">
          All {counted(event.delivery_count, 'delivery', 'deliveries')}
        </Link>
      )}
    </>
  );
}

function FollowedDelivery({ delivery }: { readonly delivery: DeliveryAnswer }) {
  const { id, status, subscription_id: subscriptionId, target_url: targetUrl, created_at: at } = delivery;
  return (
    <li>
      <Link
        to="/deliveries/$deliveryId"
        params={{ deliveryId: id }}
        className="grid h-9 grid-cols-[104px_minmax(0,1fr)_auto_48px] items-center gap-3 rounded-md px-2 hover:bg-accent"
      >
        <Status status={status} className="justify-self-start" />
        <SubscriptionName id={subscriptionId} targetUrl={targetUrl} />
        <span className="text-muted-foreground">{answerWords(delivery)}</span>
        <Age at={at} className="text-right text-muted-foreground" />
      </Link>
    </li>
  );
}
