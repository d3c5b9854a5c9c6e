import { useQueryClient } from '@tanstack/react-query';
import { Ban, Gauge, Pause, Play } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useMay } from '../api/access';
import { answerOf } from '../api/failure';
import { cancelReplay, patchReplay, type ReplayAnswer, type ReplayPatch } from '../api/generated';
import { say } from '../components/toasts';
import { Button, buttonClass } from '../components/ui/button';
import { Popover } from '../components/ui/popover';
import { exactCount } from '../lib/numbers';
import { replayQuery } from './queries';
import { RateForm } from './rate-form';

const Confirm = lazy(() => import('../components/ui/confirm').then(({ Confirm: loaded }) => ({ default: loaded })));

/** What can be done with a replay that has not ended. */
export function ReplayActions({ replay }: { readonly replay: ReplayAnswer }) {
  const mayReplay = useMay('replays:write');
  const { patch, cancel } = useReplayChanges(replay.id);
  const [isBusy, setIsBusy] = useState(false);
  const [asked, setAsked] = useState<'rate' | 'cancel' | null>(null);
  const isRunning = replay.state === 'running';
  if (!mayReplay || (!isRunning && replay.state !== 'paused')) return null;
  const turn = async (): Promise<void> => {
    setIsBusy(true);
    try {
      await patch({ state: isRunning ? 'paused' : 'running' });
    } catch (error) {
      say('failed', error instanceof Error ? error.message : 'That did not work.');
    }
    setIsBusy(false);
  };
  return (
    <div className="flex flex-wrap gap-2">
      <Button variant={isRunning ? 'outline' : 'primary'} disabled={isBusy} onClick={() => void turn()}>
        {isRunning ? <Pause aria-hidden /> : <Play aria-hidden />} {isRunning ? 'Pause' : 'Go on'}
      </Button>
      <Popover
        open={asked === 'rate'}
        onOpenChange={(isOpen) => setAsked(isOpen ? 'rate' : null)}
        title="Change the rate"
        trigger={(props) => (
          <button {...props} type="button" className={buttonClass()}>
            <Gauge aria-hidden /> Change the rate
          </button>
        )}
      >
        <RateForm rate={replay.rate} onSave={(rate) => patch({ rate })} onDone={() => setAsked(null)} />
      </Popover>
      <Button variant="danger" disabled={isBusy} onClick={() => setAsked('cancel')}>
        <Ban aria-hidden /> Cancel
      </Button>
      {asked === 'cancel' && (
        <Suspense>
          <Confirm
            open
            title="Cancel this replay?"
            action="Cancel the replay"
            isDangerous
            onConfirm={cancel}
            onClose={() => setAsked(null)}
          >
            <p>
              {exactCount(replay.matched - replay.sent - replay.skipped)} are not sent then. What is sent stays sent,
              and a cancelled replay cannot go on.
            </p>
          </Confirm>
        </Suspense>
      )}
    </div>
  );
}

interface ReplayChanges {
  /** @throws Refused, Unreachable */
  readonly patch: (change: ReplayPatch) => Promise<void>;
  /** @throws Refused, Unreachable */
  readonly cancel: () => Promise<void>;
}

function useReplayChanges(id: string): ReplayChanges {
  const queryClient = useQueryClient();
  const take = (replay: ReplayAnswer): void => {
    queryClient.setQueryData(replayQuery(id).queryKey, replay);
    void queryClient.invalidateQueries({ queryKey: ['replays', 'list'] });
  };
  return {
    patch: async (change) => take(await answerOf(patchReplay({ path: { id }, body: change }))),
    cancel: async () => take(await answerOf(cancelReplay({ path: { id } }))),
  };
}
