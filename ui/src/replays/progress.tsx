import type { ReplayAnswer } from '../api/generated';
import { cx } from '../lib/cx';
import { exactCount } from '../lib/numbers';

type Counts = Pick<ReplayAnswer, 'matched' | 'sent' | 'skipped' | 'delivered' | 'failed' | 'cancelled'>;

export interface ReplayPart {
  readonly name: string;
  readonly count: number;
  readonly colour: string;
}

/** What became of all that was found. The parts add up to it. */
export function partsOf({ matched, sent, skipped, delivered, failed, cancelled }: Counts): ReplayPart[] {
  return [
    { name: 'Delivered', count: delivered, colour: 'bg-chart-2' },
    { name: 'Failed', count: failed, colour: 'bg-chart-3' },
    { name: 'Cancelled', count: cancelled, colour: 'bg-chart-5' },
    { name: 'On the way', count: Math.max(0, sent - delivered - failed - cancelled), colour: 'bg-brand' },
    { name: 'Skipped', count: skipped, colour: 'bg-chart-4' },
    { name: 'Not sent', count: Math.max(0, matched - sent - skipped), colour: 'bg-input' },
  ];
}

interface ProgressBarProps {
  readonly replay: Counts & Pick<ReplayAnswer, 'progress'>;
  readonly className?: string;
}

/** How far a replay is, with what came of it. The numbers are beside it, wherever it is shown. */
export function ProgressBar({ replay, className }: ProgressBarProps) {
  const parts = partsOf(replay).filter(({ count }) => count > 0);
  return (
    <span
      role="progressbar"
      aria-label="Sent or skipped"
      aria-valuenow={Math.floor(replay.progress * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      data-hint={parts.map(({ name, count }) => `${name} ${exactCount(count)}`).join('\n')}
      className={cx('flex h-1.5 gap-px overflow-hidden rounded-full bg-muted', className)}
    >
      {parts.map(({ name, count, colour }) => (
        <span key={name} className={colour} style={{ flexGrow: count, flexBasis: 0, minWidth: 2 }} />
      ))}
    </span>
  );
}
