import { Link } from '@tanstack/react-router';
import { ChevronLeft, Send } from 'lucide-react';
import { useMay } from '../api/access';
import { Copyable } from '../components/copyable';
import { Button, buttonClass } from '../components/ui/button';
import { HealthBadge, HealthReason } from './health-badge';
import type { SubscriptionAnswer } from './subscription-answer';
import { ACTIONS, SubscriptionMenu } from './subscription-menu';
import type { Action, SubscriptionActions } from './use-subscription-actions';
import { sentenceOf } from './words';

const BUTTONS: readonly Action[] = ['pause', 'resume', 'enable'];

interface SubscriptionHeaderProps {
  readonly subscription: SubscriptionAnswer;
  readonly actions: SubscriptionActions;
}

/** How the subscription does, in a sentence, where it leads, and what can be done with it. */
export function SubscriptionHeader({ subscription, actions }: SubscriptionHeaderProps) {
  const offered = actions.offered(subscription).filter((action) => BUTTONS.includes(action));
  return (
    <header className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Link
          to="/subscriptions"
          className="-ml-1 inline-flex items-center gap-1 text-muted-foreground hover:text-foreground"
        >
          <ChevronLeft aria-hidden className="size-4" /> Subscriptions
        </Link>
        <span className="flex-1" />
        <DeliveriesLink id={subscription.id} />
        {offered.map((action) => {
          const [label, icon] = ACTIONS[action];
          return (
            <Button
              key={action}
              variant={action === 'pause' ? 'outline' : 'primary'}
              onClick={() => actions.run(action, subscription)}
            >
              {icon} {label}
            </Button>
          );
        })}
        <SubscriptionMenu subscription={subscription} actions={actions} label="More actions" without={BUTTONS} />
      </div>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <HealthBadge subscription={subscription} />
        <span className="text-muted-foreground empty:hidden">
          <HealthReason subscription={subscription} />
        </span>
        <Copyable text={subscription.target_url} what="target URL" className="min-w-0 text-foreground" />
        <Copyable text={subscription.id} what="subscription id" />
      </p>
      <p className="max-w-4xl text-base text-pretty">{sentenceOf(subscription)}</p>
    </header>
  );
}

/** The list of deliveries has every tool for them, so there is no second one here. */
function DeliveriesLink({ id }: { readonly id: string }) {
  if (!useMay('deliveries:read')) return null;
  return (
    <Link to="/deliveries" search={{ subscription_id: id }} className={buttonClass()}>
      <Send aria-hidden /> <span className="max-sm:sr-only">Deliveries</span>
    </Link>
  );
}
