import { Ban, Check, CircleDashed, Pause, X } from 'lucide-react';
import type { ComponentType } from 'react';
import type { ReplayAnswer } from '../api/generated';
import { cx } from '../lib/cx';

export type ReplayStateName = ReplayAnswer['state'];

interface Look {
  readonly word: string;
  readonly icon: ComponentType<{ className?: string; strokeWidth?: number }>;
  readonly colour: string;
}

/** Word, icon and colour, so that nobody depends on one of them. */
export const REPLAY_STATES: Readonly<Record<ReplayStateName, Look>> = {
  running: { word: 'Running', icon: CircleDashed, colour: 'bg-brand-tint text-brand' },
  paused: { word: 'Paused', icon: Pause, colour: 'bg-warning-tint text-warning' },
  finished: { word: 'Finished', icon: Check, colour: 'bg-success-tint text-success' },
  cancelled: { word: 'Cancelled', icon: Ban, colour: 'bg-idle-tint text-idle' },
  failed: { word: 'Stopped', icon: X, colour: 'bg-destructive-tint text-destructive' },
};

export function ReplayState({ state }: { readonly state: ReplayStateName }) {
  const { word, icon: Icon, colour } = REPLAY_STATES[state];
  return (
    <span
      className={cx(
        'inline-flex h-5 items-center gap-1 rounded-full pr-2 pl-1.5 text-xs font-medium whitespace-nowrap',
        colour,
      )}
    >
      <Icon aria-hidden className="size-3" strokeWidth={2.5} />
      {word}
    </span>
  );
}
