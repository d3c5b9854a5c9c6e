import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Play, Square, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { say } from '../components/toasts';
import { Button, buttonClass } from '../components/ui/button';
import { cx } from '../lib/cx';
import { counted, exactCount } from '../lib/numbers';
import { useStore } from '../lib/store';
import { endFirstVisit, useProgress } from '../home/first-visit/progress';
import { type DemoState, demoState } from './demo-state';
import { removeDemo, startDemo, stopDemo } from './page-demo';
import { demoSubscriptions } from './plan';

/** Fills every screen within a minute. Only where there is an echo receiver. */
export default function SampleTraffic({ className }: { readonly className?: string }) {
  const now = useStore(demoState);
  return (
    <section
      aria-labelledby="sample-traffic"
      className={cx('flex flex-col gap-3 rounded-lg border border-border bg-card px-6 py-4 max-md:px-4', className)}
    >
      <h2 id="sample-traffic" className="text-base font-medium">
        Sample traffic
      </h2>
      <p className="text-muted-foreground">{wordsOf(now)}</p>
      {now.state === 'running' && <Bar published={now.progress.published} total={now.progress.total} />}
      <Actions now={now} />
    </section>
  );
}

function wordsOf(now: DemoState): string {
  const receivers = demoSubscriptions('').length;
  switch (now.state) {
    case 'idle':
      return `A minute of a shop's events to ${receivers} receivers that behave well, slowly, badly and not at all, so that every screen has something to show. All of them are on this machine.`;
    case 'running':
      return `${exactCount(now.progress.published)} of ${exactCount(now.progress.total)} events. It goes on while you look at other screens, and ends by itself.`;
    case 'stopped':
    case 'done':
      return `${now.state === 'done' ? 'Done' : 'Stopped'}: ${madeWords(now.progress)}. The subscriptions stay until you remove them.`;
    case 'failed':
      return `It ended early, with ${madeWords(now.progress)}. ${now.why}`;
  }
}

function madeWords({ made, found, published }: { made: number; found: number; published: number }): string {
  return `${counted(made + found, 'subscription')} and ${counted(published, 'event')}`;
}

function Bar({ published, total }: { readonly published: number; readonly total: number }) {
  return (
    <div
      role="progressbar"
      aria-label="Events published"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={published}
      className="h-1.5 overflow-hidden rounded-full bg-muted"
    >
      <div className="h-full bg-brand" style={{ width: `${total === 0 ? 0 : (published / total) * 100}%` }} />
    </div>
  );
}

function Actions({ now: { state } }: { readonly now: DemoState }) {
  const queryClient = useQueryClient();
  const progress = useProgress();
  const [isRemoving, setIsRemoving] = useState(false);
  const start = async (): Promise<void> => {
    // Whoever wants traffic at once needs no first steps.
    if (progress === null) endFirstVisit();
    await startDemo();
    await queryClient.invalidateQueries();
  };
  const remove = async (): Promise<void> => {
    setIsRemoving(true);
    try {
      const removed = await removeDemo();
      if (removed !== null) say('done', `${counted(removed, 'subscription')} removed. Their history stays.`);
    } catch (error) {
      say('failed', error instanceof Error ? error.message : 'That did not work.');
    }
    setIsRemoving(false);
    await queryClient.invalidateQueries();
  };
  if (state === 'running') {
    return (
      <div className="flex flex-wrap gap-2">
        <Link to="/deliveries" className={buttonClass()}>
          Watch the deliveries
        </Link>
        <Button onClick={stopDemo}>
          <Square aria-hidden /> Stop
        </Button>
      </div>
    );
  }
  return (
    <div className="flex flex-wrap gap-2">
      <Button disabled={isRemoving} onClick={() => void start()}>
        <Play aria-hidden /> {state === 'idle' ? 'Make sample traffic' : 'Make more'}
      </Button>
      {state !== 'idle' && (
        <Button variant="danger" disabled={isRemoving} onClick={() => void remove()}>
          <Trash2 aria-hidden /> Remove the subscriptions
        </Button>
      )}
    </div>
  );
}
