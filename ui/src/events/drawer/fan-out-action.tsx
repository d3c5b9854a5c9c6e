import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../../api/access';
import { answerOf } from '../../api/failure';
import {
  createReplay,
  type EventAnswer,
  type EventExplanationAnswer,
  type ExplainedSubscriptionAnswer,
} from '../../api/generated';
import { KEYS } from '../../api/queries';
import { say } from '../../components/toasts';
import { Button, buttonClass } from '../../components/ui/button';
import { canRetry, useDeliveryActions } from '../../deliveries/use-delivery-actions';
import { OPERATIONAL } from '../operational';
import { SubscriptionLink } from '../../components/subscription-link';

type Reason = NonNullable<ExplainedSubscriptionAnswer['reason']>;

interface FanOutActionProps {
  readonly entry: ExplainedSubscriptionAnswer;
  readonly event: EventAnswer;
  readonly addressedTo: EventExplanationAnswer['addressed_to'];
  /** Of the subscription. */
  readonly name: string;
}

/** Reasons that have passed, so that a replay of what the subscription has missed finds the event. */
const PASSED: readonly Reason[] = ['created_later', 'changed_later', 'changed_meanwhile', 'unexplained'];
/** Reasons that a change of the subscription would end. */
const CHANGES: Partial<Record<Reason, string>> = {
  type_not_subscribed: 'Change its types',
  subscription_disabled: 'Enable it',
};
const SMALL = buttonClass({ size: 'sm' });

/** The one thing that helps a subscription to the event, if the caller may do it. */
export function FanOutAction({ entry, event, addressedTo, name }: FanOutActionProps) {
  const { subscription_id: id, delivery, reason } = entry;
  const [mayRetry, mayReplay] = [useMay('deliveries:retry'), useMay('replays:write')];
  const [mayPublish, mayChange] = [useMay('events:publish'), useMay('subscriptions:write', 'subscriptions:read')];
  if (delivery !== null) {
    return mayRetry && canRetry(delivery.status) ? <SendAgain id={delivery.id} name={name} eventId={event.id} /> : null;
  }
  const change = reason === null ? undefined : CHANGES[reason];
  if (change !== undefined) {
    return mayChange ? (
      <SubscriptionLink id={id} className={SMALL}>
        {change}
      </SubscriptionLink>
    ) : null;
  }
  if (reason !== null && PASSED.includes(reason) && addressedTo === 'all' && mayReplay) {
    return <SendMissing id={id} name={name} event={event} />;
  }
  // A deleted one gets nothing any more.
  const isPublishable = addressedTo !== 'test' && !event.event_type.startsWith(OPERATIONAL);
  if (reason === 'subscription_deleted' || !isPublishable || !mayPublish) return null;
  return (
    <Link
      to="/publish"
      search={{ event_type: event.event_type, tags: event.tags.join(',') || undefined, to: id, like: event.id }}
      className={SMALL}
      aria-label={`Publish it to ${name}`}
    >
      Publish it
    </Link>
  );
}

interface SendAgainProps {
  readonly id: string;
  readonly name: string;
  readonly eventId: string;
}

function SendAgain({ id, name, eventId }: SendAgainProps) {
  const { retry } = useDeliveryActions();
  const queryClient = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const send = async (): Promise<void> => {
    setIsBusy(true);
    await retry(id);
    void queryClient.invalidateQueries({ queryKey: KEYS.event(eventId) });
    setIsBusy(false);
  };
  return (
    <Button size="sm" disabled={isBusy} aria-label={`Send again to ${name}`} onClick={() => void send()}>
      Send again
    </Button>
  );
}

function SendMissing({ id, name, event }: Omit<FanOutActionProps, 'entry' | 'addressedTo'> & { readonly id: string }) {
  const queryClient = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const send = async (): Promise<void> => {
    setIsBusy(true);
    try {
      await replayTo(id, event);
      say('done', `A replay sends it to ${name}.`);
    } catch (error) {
      say('failed', error instanceof Error ? error.message : 'That did not work.');
    }
    void queryClient.invalidateQueries({ queryKey: KEYS.event(event.id) });
    setIsBusy(false);
  };
  return (
    <Button size="sm" disabled={isBusy} aria-label={`Send it to ${name}`} onClick={() => void send()}>
      Send it
    </Button>
  );
}

/** Sends an event to a subscription that wants it, and has no delivery of it. @throws Refused, Unreachable */
async function replayTo(subscriptionId: string, { id, created_at: since }: EventAnswer): Promise<void> {
  const body = { kind: 'missing', subscription_id: subscriptionId, event_id: id, since } as const;
  const { matched } = await answerOf(createReplay({ body }));
  if (matched === 0) throw new Error('The subscription does not want this type now, or it has the event already.');
}
