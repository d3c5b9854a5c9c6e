import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { DeliveryAnswer, DeliveryWithAttemptsAnswer } from '../../api/generated';
import { eventDeliveriesQuery } from '../../api/queries';
import { Failed, Skeleton } from '../../components/states';
import { Status } from '../../components/status';
import { Age } from '../../components/time';
import { cx } from '../../lib/cx';
import { counted } from '../../lib/numbers';
import { answerWords } from '../delivery-columns';
import { SubscriptionName } from '../subscription-name';

/** The other deliveries of the same event: who else got it, and how that went. */
export function EventTab({ delivery }: { readonly delivery: DeliveryWithAttemptsAnswer }) {
  const { event_id: eventId } = delivery;
  const { data: page, error, refetch } = useQuery(eventDeliveriesQuery(eventId));
  if (error !== null) return <Failed error={error} onRetry={() => void refetch()} />;
  if (page === undefined) return <Skeleton lines={4} />;
  return (
    <div className="flex flex-col gap-2">
      <p className="text-muted-foreground">
        {page.has_more
          ? 'The newest of this event. '
          : `The event led to ${counted(page.data.length, 'delivery', 'deliveries')}. `}
        {page.has_more && (
          <Link to="/deliveries" search={{ event_id: eventId }} className="text-brand underline underline-offset-2">
            Show all
          </Link>
        )}
      </p>
      <ul className="-mx-2 flex flex-col">
        {page.data.map((each) => (
          <OtherDelivery key={each.id} delivery={each} isThis={each.id === delivery.id} />
        ))}
      </ul>
    </div>
  );
}

function OtherDelivery({ delivery, isThis }: { readonly delivery: DeliveryAnswer; readonly isThis: boolean }) {
  return (
    <li>
      <Link
        to="/deliveries/$deliveryId"
        params={{ deliveryId: delivery.id }}
        search={(search) => search}
        aria-current={isThis ? 'true' : undefined}
        className={cx(
          'grid h-9 grid-cols-[104px_minmax(0,1fr)_auto_48px] items-center gap-3 rounded-md px-2 hover:bg-accent',
          isThis && 'bg-brand-tint hover:bg-brand-tint',
        )}
      >
        <Status status={delivery.status} className="justify-self-start" />
        <SubscriptionName id={delivery.subscription_id} targetUrl={delivery.target_url} />
        <span className="text-muted-foreground">{answerWords(delivery)}</span>
        <Age at={delivery.created_at} className="text-right text-muted-foreground" />
      </Link>
    </li>
  );
}
