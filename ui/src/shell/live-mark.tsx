import { cx } from '../lib/cx';
import { useStore } from '../lib/store';
import { liveState } from '../live/live';
import { type LiveState } from '../live/live-connection';

const LIVE: Readonly<Record<LiveState, { word: string; dot: string; hint: string }>> = {
  live: { word: 'Live', dot: 'bg-success', hint: 'What happens is shown as it happens.' },
  connecting: { word: 'Connecting', dot: 'bg-idle', hint: 'The live view is being connected.' },
  polling: {
    word: 'Every 15 s',
    dot: 'bg-warning',
    hint: 'The live view is not available. This page asks every 15 s.',
  },
  asleep: { word: 'Asleep', dot: 'bg-idle', hint: 'Nobody looked at this page.' },
};

/** Whether what happens is shown as it happens. */
export function Live() {
  const { word, dot, hint } = LIVE[useStore(liveState)];
  return (
    <span data-hint={hint} className="flex items-center gap-1.5 text-muted-foreground max-sm:sr-only">
      <i aria-hidden className={cx('size-2 rounded-full', dot)} />
      {word}
    </span>
  );
}
