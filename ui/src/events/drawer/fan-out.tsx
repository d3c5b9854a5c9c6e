import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { EventAnswer, EventExplanationAnswer, ExplainedSubscriptionAnswer } from '../../api/generated';
import { Failed, Skeleton } from '../../components/states';
import { Status } from '../../components/status';
import { Button } from '../../components/ui/button';
import { useSubscriptionName } from '../../deliveries/subscription-name';
import { shortId } from '../../lib/ids';
import { explanationQuery } from '../queries';
import { SubscriptionLink } from '../../components/subscription-link';
import { FanOutAction } from './fan-out-action';

/** Each subscription and what it got of an event; of those that got nothing, why not and what to change. */
export function FanOut({ event }: { readonly event: EventAnswer }) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    explanationQuery(event.id),
  );
  const first = data?.pages[0];
  if (first === undefined) {
    return error !== null ? <Failed error={error} onRetry={() => void refetch()} /> : <Skeleton lines={6} />;
  }
  const entries = data?.pages.flatMap((page) => page.data) ?? [];
  const reached = entries.filter(({ delivery }) => delivery !== null);
  const others = entries.filter(({ delivery }) => delivery === null);
  return (
    <div className="flex flex-col gap-6">
      <p className="text-pretty text-muted-foreground">{first.summary}</p>
      <Entries title="It went to" entries={reached} event={event} addressedTo={first.addressed_to} />
      <Entries title="It did not go to" entries={others} event={event} addressedTo={first.addressed_to} />
      {entries.length === 0 && !hasNextPage && (
        <p className="text-muted-foreground">There was no subscription that could have got it.</p>
      )}
      {hasNextPage && (
        <Button className="self-start" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show more
        </Button>
      )}
    </div>
  );
}

interface EntriesProps {
  readonly title: string;
  readonly entries: readonly ExplainedSubscriptionAnswer[];
  readonly event: EventAnswer;
  readonly addressedTo: EventExplanationAnswer['addressed_to'];
}

function Entries({ title, entries, event, addressedTo }: EntriesProps) {
  if (entries.length === 0) return null;
  return (
    <section aria-label={title} className="flex flex-col gap-1">
      <h3 className="text-xs font-medium text-muted-foreground">{title}</h3>
      <ul className="flex flex-col">
        {entries.map((entry) => (
          <Entry
            key={entry.delivery?.id ?? entry.subscription_id}
            entry={entry}
            event={event}
            addressedTo={addressedTo}
          />
        ))}
      </ul>
    </section>
  );
}

interface EntryProps extends Pick<EntriesProps, 'event' | 'addressedTo'> {
  readonly entry: ExplainedSubscriptionAnswer;
}

function Entry({ entry, event, addressedTo }: EntryProps) {
  const { subscription_id: id, delivery, detail } = entry;
  const name = useSubscriptionName({ id, targetUrl: '' }) || shortId(id);
  return (
    <li className="flex flex-col border-b border-border py-2 last:border-b-0">
      <div className="flex min-h-7 items-center gap-3">
        <SubscriptionLink id={id} className="min-w-0 truncate font-medium hover:underline">
          {name}
        </SubscriptionLink>
        {delivery !== null && (
          <Link
            to="/deliveries/$deliveryId"
            params={{ deliveryId: delivery.id }}
            aria-label={`Open the delivery to ${name}, ${delivery.status}`}
            data-hint={delivery.status === 'delivered' ? detail : undefined}
            className="shrink-0 rounded-full hover:opacity-80"
          >
            <Status status={delivery.status} />
          </Link>
        )}
        {typeof delivery?.retry_of === 'string' && (
          <span className="shrink-0 text-xs text-muted-foreground">sent again</span>
        )}
        <span className="flex-1" />
        <FanOutAction entry={entry} event={event} addressedTo={addressedTo} name={name} />
      </div>
      {/* What went well needs no words. */}
      {delivery?.status === 'delivered' ? (
        <p className="sr-only">{detail}</p>
      ) : (
        <p className="pb-1 text-pretty break-words text-muted-foreground">{detail}</p>
      )}
    </li>
  );
}
