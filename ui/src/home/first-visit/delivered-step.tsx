import type { DeliveryAnswer, ListedSubscriptionAnswer } from '../../api/generated';
import { Status } from '../../components/status';
import { durationOf, secondsBetween } from '../../lib/times';
import { DeliveryLink } from './delivery-link';
import { FailureLesson } from './failure-lesson';
import { isEcho } from './samples';

interface DeliveredStepProps {
  readonly subscription: ListedSubscriptionAnswer | null;
  readonly delivery: DeliveryAnswer;
}

export function DeliveredStep({ subscription, delivery }: DeliveredStepProps) {
  const isDelivered = delivery.status === 'delivered';
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Status status={delivery.status} />
        <span className="text-muted-foreground">{wordsOf(delivery)}</span>
        <DeliveryLink id={delivery.id}>Open the delivery</DeliveryLink>
      </div>
      {isDelivered && subscription !== null && isEcho(subscription.target_url) && (
        <FailureLesson subscription={subscription} />
      )}
    </div>
  );
}

function wordsOf({ status, created_at: from, finished_at: to }: DeliveryAnswer): string {
  switch (status) {
    case 'delivered':
      return to === null ? 'It arrived.' : `It arrived after ${durationOf(secondsBetween(from, to) * 1000)}.`;
    case 'failed':
    case 'cancelled':
      return 'It did not arrive. The delivery says why, and can be retried.';
    case 'retrying':
      return 'The receiver did not take it yet. It will be tried again.';
    case 'pending':
    case 'in_flight':
      return 'On its way.';
  }
}
