import { Ban, RotateCw, SquareTerminal } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../../api/access';
import type { DeliveryWithAttemptsAnswer } from '../../api/generated';
import { Button } from '../../components/ui/button';
import { canCancel, canRetry, useDeliveryActions } from '../use-delivery-actions';

/** What the caller may do with a delivery in its present state; the rest is not offered. */
export function DeliveryActionBar({ delivery: { id, status } }: { readonly delivery: DeliveryWithAttemptsAnswer }) {
  const actions = useDeliveryActions();
  const mayRetry = useMay('deliveries:retry');
  const mayRead = useMay('payloads:read');
  const [isBusy, setIsBusy] = useState(false);
  const run = async (action: (id: string) => Promise<void>): Promise<void> => {
    setIsBusy(true);
    await action(id);
    setIsBusy(false);
  };
  if (!mayRetry && !mayRead) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {mayRetry && canRetry(status) && (
        <Button
          variant={status === 'failed' ? 'primary' : 'outline'}
          disabled={isBusy}
          onClick={() => void run(actions.retry)}
          data-hint="A new delivery of the same event (r)"
        >
          <RotateCw aria-hidden /> {status === 'delivered' ? 'Send again' : 'Retry'}
        </Button>
      )}
      {mayRetry && canCancel(status) && (
        <Button
          variant="danger"
          disabled={isBusy}
          onClick={() => void run(actions.cancel)}
          data-hint="No further attempt"
        >
          <Ban aria-hidden /> Cancel
        </Button>
      )}
      {mayRead && (
        <Button
          disabled={isBusy}
          onClick={() => void run(actions.copyCurl)}
          data-hint="Signed with the present time (c)"
        >
          <SquareTerminal aria-hidden /> Copy as curl
        </Button>
      )}
    </div>
  );
}
