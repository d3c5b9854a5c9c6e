import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useMay } from '../api/access';
import { answerOf } from '../api/failure';
import { patchSubscription, testSubscription } from '../api/generated';
import { say } from '../components/toasts';
import { unlessUnderWay } from '../lib/under-way';
import { noteChange } from './queries';
import type { SubscriptionAnswer } from './subscription-answer';
import { TestToast } from './test-toast';
import { nameOf, waitingWords } from './words';

const ActionDialog = lazy(() => import('./dialogs/action-dialog'));

export type Action = 'test' | 'pause' | 'resume' | 'enable' | 'rotate' | 'delete';
/** Actions that ask first, or ask for more. */
export type AskingAction = Exclude<Action, 'test' | 'resume'>;

export interface SubscriptionActions {
  /** What the state of a subscription and the abilities of the caller allow. */
  readonly offered: (subscription: SubscriptionAnswer) => readonly Action[];
  readonly run: (action: Action, subscription: SubscriptionAnswer) => void;
  /** The dialog that is open; to be rendered once. */
  readonly dialog: ReactNode;
}

interface Asked {
  readonly action: AskingAction;
  readonly subscription: SubscriptionAnswer;
}

/** @param onDeleted called after a subscription was deleted */
export function useSubscriptionActions(onDeleted?: () => void): SubscriptionActions {
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState<Asked | null>(null);
  const mayWrite = useMay('subscriptions:write');
  const mayTest = useMay('subscriptions:test');
  const mayReadSecrets = useMay('secrets:read');
  const offered = ({ state }: SubscriptionAnswer): Action[] => [
    // A disabled one takes no events, tests included.
    ...(mayTest && state !== 'disabled' ? ['test' as const] : []),
    ...(mayWrite ? [NEXT[state]] : []),
    ...(mayWrite && mayReadSecrets ? ['rotate' as const] : []),
    ...(mayWrite ? ['delete' as const] : []),
  ];
  const run = (action: Action, subscription: SubscriptionAnswer): void => {
    if (action === 'resume') void resume(queryClient, subscription);
    else if (action === 'test') void unlessUnderWay([subscription.id], () => test(subscription));
    else setAsked({ action, subscription });
  };
  const dialog = asked !== null && (
    <Suspense>
      <ActionDialog {...asked} onClose={() => setAsked(null)} onDeleted={onDeleted} />
    </Suspense>
  );
  return { offered, run, dialog };
}

const NEXT = { active: 'pause', paused: 'resume', disabled: 'enable' } as const;

async function resume(queryClient: QueryClient, subscription: SubscriptionAnswer): Promise<void> {
  const { waiting } = subscription.health;
  await saying(async () => {
    noteChange(
      queryClient,
      await answerOf(patchSubscription({ path: { id: subscription.id }, body: { state: 'active' } })),
    );
    const sent =
      waiting === 0 ? waitingWords(0) : `${waitingWords(waiting)} and will be sent now, at first one at a time`;
    say('done', `${nameOf(subscription)} is resumed. ${sent}.`);
  });
}

async function test(subscription: SubscriptionAnswer): Promise<void> {
  await saying(async () => {
    const answer = await answerOf(testSubscription({ path: { id: subscription.id } }));
    const isGood = 'attempt' in answer && answer.attempt.error === null;
    say(
      isGood || !('attempt' in answer) ? 'done' : 'failed',
      `${nameOf(subscription)}:`,
      <TestToast answer={answer} />,
    );
  });
}

async function saying(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    say('failed', error instanceof Error ? error.message : 'That did not work.');
  }
}
