import { Link } from '@tanstack/react-router';
import { ArrowLeft, CircleCheck } from 'lucide-react';
import { useMay } from '../../api/access';
import type { SubscriptionWithHealthAnswer } from '../../api/generated';
import { Copyable } from '../../components/copyable';
import { Section } from '../../components/section';
import { Button, buttonClass } from '../../components/ui/button';
import { ReceiverCheck } from '../receiver-check';
import { SecretPanel } from '../secret-panel';
import { TestEvent } from '../test-event';
import { nameOf } from '../words';

interface CheckStepProps {
  readonly subscription: SubscriptionWithHealthAnswer;
  readonly onBack: () => void;
}

/** The subscription is made: its secret, and whether its receiver works. */
export function CheckStep({ subscription, onBack }: CheckStepProps) {
  const mayTest = useMay('subscriptions:test');
  const { id, event_types: types } = subscription;
  return (
    <div className="flex flex-col gap-8">
      <div className="flex items-start gap-3 rounded-lg border border-border bg-card p-4">
        <CircleCheck aria-hidden className="mt-0.5 size-5 shrink-0 text-success" />
        <div className="flex min-w-0 flex-col gap-1">
          <h2 className="text-base font-medium break-words">{nameOf(subscription)} is created</h2>
          <p className="text-muted-foreground">
            From now on it gets <span className="font-mono break-all text-foreground">{types.join(', ')}</span>.
          </p>
          <Copyable text={id} what="subscription id" />
        </div>
      </div>
      <Section title="Signing secret">
        <p className="text-muted-foreground">
          The receiver needs it to know that a delivery is ours. Security has code that verifies in six languages.
        </p>
        <SecretPanel id={id} />
      </Section>
      {mayTest && <TestEvent subscription={subscription} />}
      {mayTest && <ReceiverCheck id={id} />}
      <div className="flex justify-between gap-2">
        <Button onClick={onBack} className="h-10 px-4">
          <ArrowLeft aria-hidden /> Back
        </Button>
        <Link
          to="/subscriptions/$subscriptionId"
          params={{ subscriptionId: id }}
          className={buttonClass({ variant: 'primary' }, 'h-10 px-4')}
        >
          Done
        </Link>
      </div>
    </div>
  );
}
