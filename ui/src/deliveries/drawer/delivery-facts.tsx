import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMay } from '../../api/access';
import type { DeliveryWithAttemptsAnswer } from '../../api/generated';
import { Copyable } from '../../components/copyable';
import { SubscriptionLink } from '../../components/subscription-link';
import { useSubscriptionName } from '../subscription-name';

/** What a delivery is, beside what happened to it. */
export function DeliveryFacts({ delivery }: { readonly delivery: DeliveryWithAttemptsAnswer }) {
  return (
    <dl className="grid grid-cols-[104px_minmax(0,1fr)] gap-x-4 gap-y-2 border-t border-border pt-4">
      <Fact name="Target">
        <Copyable text={delivery.target_url} what="target URL" className="text-foreground" />
      </Fact>
      <Fact name="Subscription">
        <NamedSubscription id={delivery.subscription_id} targetUrl={delivery.target_url} />
        <Copyable text={delivery.subscription_id} what="subscription id" />
      </Fact>
      <Fact name="Event">
        <Copyable text={delivery.event_id} what="event id" />
      </Fact>
      {delivery.webhook_id !== delivery.event_id && (
        <Fact name="webhook-id">
          <Copyable text={delivery.webhook_id} what="webhook-id" />
        </Fact>
      )}
      {delivery.tags.length > 0 && (
        <Fact name="Tags">
          <span className="flex flex-wrap gap-x-3">
            {delivery.tags.map((tag) => (
              <Link key={tag} to="/deliveries" search={{ tag }} className="font-mono text-brand hover:underline">
                {tag}
              </Link>
            ))}
          </span>
        </Fact>
      )}
      {delivery.retry_of !== null && (
        <Fact name="Retry of">
          <Link
            to="/deliveries/$deliveryId"
            params={{ deliveryId: delivery.retry_of }}
            search={(search) => search}
            className="font-mono break-all text-brand hover:underline"
          >
            {delivery.retry_of}
          </Link>
        </Fact>
      )}
      {delivery.replay_id !== null && (
        <Fact name="Replay">
          <Link
            to="/replays/$replayId"
            params={{ replayId: delivery.replay_id }}
            className="font-mono break-all text-brand hover:underline"
          >
            {delivery.replay_id}
          </Link>
        </Fact>
      )}
    </dl>
  );
}

/** Nothing for those who may not see it: its target and id stand beside it. */
function NamedSubscription({ id, targetUrl }: { readonly id: string; readonly targetUrl: string }) {
  const name = useSubscriptionName({ id, targetUrl });
  if (!useMay('subscriptions:read')) return null;
  return (
    <SubscriptionLink id={id} className="min-w-0 truncate text-brand hover:underline">
      {name}
    </SubscriptionLink>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-muted-foreground">{name}</dt>
      <dd className="flex min-w-0 flex-wrap gap-x-3">{children}</dd>
    </>
  );
}
