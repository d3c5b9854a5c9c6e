import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf } from '../../api/failure';
import { type ListedSubscriptionAnswer, patchSubscription } from '../../api/generated';
import { KEYS } from '../../api/queries';
import { Status } from '../../components/status';
import { Button } from '../../components/ui/button';
import { DeliveryLink } from './delivery-link';
import { noteProgress, useProgress } from './progress';
import { publishText } from './publish-step';
import { Refusal } from './refusal';
import { isIll, SAMPLE_PAYLOAD, targetOf, typeFor } from './samples';
import { useDeliveryOf } from './use-steps';

/** Lets the echo receiver fail, so that one sees what a failure looks like, and mends it again. */
export function FailureLesson({ subscription }: { readonly subscription: ListedSubscriptionAnswer }) {
  const { id, target_url: url, event_types: types } = subscription;
  const progress = useProgress();
  const queryClient = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  const [isAsking, setIsAsking] = useState(false);
  const failing = useDeliveryOf(progress === 'over' ? null : (progress?.failingEventId ?? null));
  const isBroken = isIll(url);
  const turn = async (wanted: 'ill' | 'well'): Promise<void> => {
    setIsAsking(true);
    setError(null);
    try {
      await answerOf(patchSubscription({ path: { id }, body: { target_url: targetOf(url, wanted) } }));
      if (wanted === 'ill') noteProgress({ failingEventId: await publishText(typeFor(types), SAMPLE_PAYLOAD) });
    } catch (refusal) {
      setError(refusal);
    }
    await queryClient.invalidateQueries({ queryKey: KEYS.subscriptions });
    setIsAsking(false);
  };
  return (
    <div className="flex flex-col gap-2 rounded-md bg-muted px-4 py-3">
      <p>{wordsOf(isBroken, failing !== null)}</p>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        {failing !== null && (
          <>
            <Status status={failing.status} />
            <DeliveryLink id={failing.id}>Open the failing delivery</DeliveryLink>
          </>
        )}
        <Button size="sm" disabled={isAsking} onClick={() => void turn(isBroken ? 'well' : 'ill')}>
          {isBroken ? 'Mend the receiver' : 'Let the receiver fail'}
        </Button>
      </div>
      <Refusal error={error} />
    </div>
  );
}

function wordsOf(isBroken: boolean, hasFailed: boolean): string {
  if (isBroken) return 'The receiver answers 503 now. Open the delivery: it says what happened and what comes next.';
  if (hasFailed) return 'The receiver is well again. Open the delivery and retry it.';
  return 'What does a failure look like? Let the receiver answer 503, and an event is published to it.';
}
