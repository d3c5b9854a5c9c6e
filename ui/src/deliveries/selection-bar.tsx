import { Link } from '@tanstack/react-router';
import { Repeat, RotateCw, X } from 'lucide-react';
import { useMay } from '../api/access';
import { Button, buttonClass } from '../components/ui/button';
import { say } from '../components/toasts';
import { copyText } from '../lib/clipboard';
import { exactCount } from '../lib/numbers';

export interface SelectionBarProps {
  readonly ids: readonly string[];
  readonly onRetry: () => void;
  readonly onClear: () => void;
}

/** More ids do not fit into a URL that servers take. */
const MAX_IN_URL = 200;

/** What one can do with the selected deliveries. */
export default function SelectionBar({ ids, onRetry, onClear }: SelectionBarProps) {
  const mayRetry = useMay('deliveries:retry');
  const mayReplay = useMay('replays:write') && ids.length <= MAX_IN_URL;
  const copy = async (): Promise<void> => {
    if (await copyText(ids.join('\n'))) say('done', 'Copied, one id a line.');
  };
  return (
    <div
      role="toolbar"
      aria-label="Selected deliveries"
      className="absolute bottom-4 left-1/2 z-20 flex -translate-x-1/2 animate-appear items-center gap-2 rounded-lg border border-border bg-popover p-2 pl-4 shadow-overlay"
    >
      <span className="whitespace-nowrap">{exactCount(ids.length)} selected</span>
      {mayRetry && (
        <Button variant="primary" size="sm" onClick={onRetry}>
          <RotateCw aria-hidden /> Retry
        </Button>
      )}
      {mayReplay && (
        <Link
          to="/replays/new"
          search={{ kind: 'selected', delivery_ids: ids.join(',') }}
          className={buttonClass({ size: 'sm' }, 'max-md:hidden')}
          data-hint="One after another, at a rate"
        >
          <Repeat aria-hidden /> Replay
        </Link>
      )}
      <Button size="sm" onClick={() => void copy()}>
        Copy ids
      </Button>
      <Button variant="ghost" size="icon" className="size-7" aria-label="Clear the selection" onClick={onClear}>
        <X aria-hidden />
      </Button>
    </div>
  );
}
