import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import type { ListedSubscriptionAnswer } from '../api/generated';
import { subscriptionsQuery } from '../api/queries';
import { Section } from '../components/section';
import { Skeleton } from '../components/states';
import { Button } from '../components/ui/button';
import { SubscriptionName } from '../deliveries/subscription-name';
import { SubscriptionLink } from '../components/subscription-link';
import { counted } from '../lib/numbers';
import { type Audience, audienceOf } from './audience-of';
import { audienceQuery, MAX_SHOWN } from './queries';

interface AudienceProps {
  readonly eventType: string;
  /** Id of the only subscription that is to get it; empty for all. */
  readonly to: string;
}

/** Who would get the event if it was published now, and why the others would not. */
export function WhoWouldGetIt({ eventType, to }: AudienceProps) {
  const type = useDeferredValue(eventType.trim());
  const wanting = useQuery(audienceQuery(type));
  const { data: all } = useQuery(subscriptionsQuery);
  return (
    <Section title="Who would get it">
      {wanting.error !== null ? (
        <p role="alert" className="flex items-center justify-between gap-3 text-muted-foreground">
          {wanting.error.message}
          <Button size="sm" onClick={() => void wanting.refetch()}>
            Try again
          </Button>
        </p>
      ) : wanting.data === undefined ? (
        type === '' ? (
          <p className="text-muted-foreground">Fill in an event type to see it.</p>
        ) : wanting.isEnabled ? (
          <Skeleton lines={3} />
        ) : (
          <p className="text-muted-foreground">This is no event type yet: words, separated by dots.</p>
        )
      ) : (
        <Shown audience={audienceOf({ wanting: wanting.data, all: all?.data ?? [], to })} eventType={type} to={to} />
      )}
    </Section>
  );
}

function Shown({ audience, eventType, to }: AudienceProps & { readonly audience: Audience }) {
  const { getting, holding, others, isCut } = audience;
  const count = getting.length + holding.length;
  return (
    <div className="flex flex-col gap-3">
      <p className="text-pretty">{headline(count, isCut, eventType, to)}</p>
      <ul className="flex flex-col">
        {getting.map((each) => (
          <Row key={each.id} subscription={each} note="" />
        ))}
        {holding.map((each) => (
          <Row key={each.id} subscription={each} note="paused: held until it is resumed" />
        ))}
      </ul>
      {others.length > 0 && (
        <details open={count === 0}>
          <summary className="rounded-sm text-muted-foreground">
            {counted(others.length, 'subscription')} would not get it
          </summary>
          <ul className="flex flex-col pt-2">
            {others.map(({ subscription, why }) => (
              <Row key={subscription.id} subscription={subscription} note={why} />
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function headline(count: number, isCut: boolean, eventType: string, to: string): string {
  if (to !== '') return count === 0 ? 'It would be refused.' : 'One subscription, whoever else wants the type.';
  if (count === 0) return `Nobody: no subscription wants ${eventType}. It would be kept, and could be replayed later.`;
  if (isCut) return `${MAX_SHOWN} subscriptions or more want ${eventType}.`;
  return `${counted(count, 'subscription wants', 'subscriptions want')} ${eventType}.`;
}

interface RowProps {
  readonly subscription: ListedSubscriptionAnswer;
  readonly note: string;
}

function Row({ subscription: { id, target_url: targetUrl }, note }: RowProps) {
  return (
    <li className="flex min-h-8 flex-col justify-center border-b border-border py-1.5 last:border-b-0">
      <SubscriptionLink id={id} className="flex min-w-0 hover:underline">
        <SubscriptionName id={id} targetUrl={targetUrl} />
      </SubscriptionLink>
      {note !== '' && <span className="text-xs text-pretty text-muted-foreground">{note}</span>}
    </li>
  );
}
