import { useMay } from '../../api/access';
import { ReceiverCheck } from '../receiver-check';
import type { TabProps } from '../tab-props';
import { TestEvent } from '../test-event';

/** Tries the receiver out: by an event like any other, and by a series of requests that shows its faults. */
export default function TestTab({ subscription }: TabProps) {
  if (!useMay('subscriptions:test'))
    return <p className="text-muted-foreground">You may not test the receiver of this subscription.</p>;
  return (
    <div className="flex max-w-4xl flex-col gap-8">
      <ReceiverCheck id={subscription.id} />
      <TestEvent subscription={subscription} />
    </div>
  );
}
