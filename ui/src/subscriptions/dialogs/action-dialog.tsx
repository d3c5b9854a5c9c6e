import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { answerOf } from '../../api/failure';
import { deleteSubscription, patchSubscription, type RevivalAnswer } from '../../api/generated';
import { say } from '../../components/toasts';
import { Age } from '../../components/time';
import { Confirm } from '../../components/ui/confirm';
import { counted } from '../../lib/numbers';
import { noteChange, noteDeletion } from '../queries';
import type { SubscriptionAnswer } from '../subscription-answer';
import type { AskingAction } from '../use-subscription-actions';
import { disabledWords, nameOf, waitingWords } from '../words';
import { RevivalDialog } from './revival-dialog';
import { RotateDialog } from './rotate-dialog';

interface ActionDialogProps {
  readonly action: AskingAction;
  readonly subscription: SubscriptionAnswer;
  readonly onClose: () => void;
  readonly onDeleted?: (() => void) | undefined;
}

/** Says what an action does to what waits, and asks whether it is meant. */
export default function ActionDialog({ action, ...props }: ActionDialogProps) {
  switch (action) {
    case 'pause':
      return <PauseDialog {...props} />;
    case 'enable':
      return <EnableDialog {...props} />;
    case 'rotate':
      return <RotateDialog {...props} />;
    case 'delete':
      return <DeleteDialog {...props} />;
  }
}

type DialogProps = Omit<ActionDialogProps, 'action'>;

function PauseDialog({ subscription, onClose }: DialogProps) {
  const queryClient = useQueryClient();
  const { waiting } = subscription.health;
  const name = nameOf(subscription);
  const pause = async (): Promise<void> => {
    noteChange(
      queryClient,
      await answerOf(patchSubscription({ path: { id: subscription.id }, body: { state: 'paused' } })),
    );
    say('done', `${name} is paused.`);
  };
  return (
    <Confirm open title={`Pause ${name}?`} action="Pause" onConfirm={pause} onClose={onClose}>
      <p>No further attempt begins until it is resumed. Those that are under way end as they do.</p>
      <p>
        <b className="font-medium text-foreground">{waitingWords(waiting)} now.</b> New events go on being accepted for
        it, and wait too. Nothing is lost: all of it is sent once you resume it.
      </p>
    </Confirm>
  );
}

function EnableDialog({ subscription, onClose }: DialogProps) {
  const queryClient = useQueryClient();
  const [revival, setRevival] = useState<RevivalAnswer | null>(null);
  // The question closes once it is answered; what was missed comes in its place.
  const isRevived = useRef(false);
  const { disabled_reason: reason, disabled_at: at, health } = subscription;
  const enable = async (): Promise<void> => {
    const changed = await answerOf(patchSubscription({ path: { id: subscription.id }, body: { state: 'active' } }));
    noteChange(queryClient, changed);
    isRevived.current = changed.revival !== undefined;
    setRevival(changed.revival ?? null);
    if (changed.revival === undefined) say('done', `${nameOf(subscription)} is enabled.`);
  };
  if (revival !== null) return <RevivalDialog revival={revival} name={nameOf(subscription)} onClose={onClose} />;
  return (
    <Confirm
      open
      title={`Enable ${nameOf(subscription)}?`}
      action="Enable"
      onConfirm={enable}
      onClose={() => {
        if (!isRevived.current) onClose();
      }}
    >
      <p>
        It was disabled {at !== null && <Age at={at} />} {at !== null && 'ago '}because {disabledWords(reason)}.
      </p>
      <p>
        <b className="font-medium text-foreground">
          {health.waiting === 0
            ? 'Nothing was held.'
            : `${counted(health.waiting, 'delivery that was held is', 'deliveries that were held are')} sent now, at first one at a time.`}
        </b>{' '}
        Events that were published meanwhile did not reach it; the next step can send them.
      </p>
    </Confirm>
  );
}

function DeleteDialog({ subscription, onClose, onDeleted }: DialogProps) {
  const queryClient = useQueryClient();
  const { waiting } = subscription.health;
  const name = nameOf(subscription);
  const remove = async (): Promise<void> => {
    // The answer has no body.
    await answerOf(deleteSubscription({ path: { id: subscription.id } }).then((result) => ({ ...result, data: true })));
    onDeleted?.();
    noteDeletion(queryClient, subscription.id);
    say('done', `${name} is deleted.`);
  };
  return (
    <Confirm
      open
      isDangerous
      title={`Delete ${name}?`}
      action="Delete it"
      typed={name}
      onConfirm={remove}
      onClose={onClose}
    >
      <p>
        <b className="font-medium text-foreground">
          {waiting === 0
            ? 'Nothing waits.'
            : `${counted(waiting, 'delivery that waits is', 'deliveries that wait are')} cancelled.`}
        </b>{' '}
        Its secrets are erased, and it gets no more events. What was delivered stays in the history.
      </p>
      <p>This cannot be undone. To stop for a while, pause it instead.</p>
    </Confirm>
  );
}
