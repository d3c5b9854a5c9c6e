import { TriangleAlert } from 'lucide-react';
import { Button } from '../components/ui/button';
import type { Refusal, ReplayForm } from './replay-form-state';

interface RefusalsProps {
  readonly refusals: readonly Refusal[];
  readonly onChange: (change: ReplayForm) => void;
}

/** What a replay cannot take over from the list of deliveries, and how to go on. */
export function Refusals({ refusals, onChange }: RefusalsProps) {
  if (refusals.length === 0) return null;
  return (
    <div role="alert">
      <ul className="flex flex-col gap-2">
        {refusals.map(({ words, action, change }) => (
          <li key={action} className="flex gap-3 rounded-md border border-border bg-warning-tint p-3">
            <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warning" />
            <div className="flex min-w-0 flex-col items-start gap-2">
              <p>{words}</p>
              <Button size="sm" className="h-auto min-h-7 text-left whitespace-normal" onClick={() => onChange(change)}>
                {action}
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
