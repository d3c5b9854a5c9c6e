import { CircleAlert, CircleCheck, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { access, isInUse } from '../api/access';
import { Store, useStore } from '../lib/store';

interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
  readonly action: ReactNode;
}

const SHOWN_MS = 6000;
const SHOWN_FAILED_MS = 12_000;
const MAX_SHOWN = 3;

const toasts = new Store<readonly Toast[]>([]);
let latest = 0;

// What one person was told is not for the next.
access.subscribe(() => !isInUse() && toasts.set([]));

/** Says briefly what came of an action. */
export function say(kind: Toast['kind'], text: string, action: ReactNode = null): void {
  latest += 1;
  const toast = { id: latest, kind, text, action };
  toasts.update((shown) => [...shown, toast].slice(-MAX_SHOWN));
  setTimeout(() => dismiss(toast.id), kind === 'done' ? SHOWN_MS : SHOWN_FAILED_MS);
}

function dismiss(id: number): void {
  toasts.update((shown) => shown.filter((each) => each.id !== id));
}

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div
      role="status"
      aria-label="Messages"
      className="pointer-events-none fixed bottom-4 left-4 z-50 flex w-[calc(100vw-32px)] max-w-96 flex-col gap-2 md:left-18 xl:left-56"
    >
      {shown.map(({ id, kind, text, action }) => (
        <div
          key={id}
          className="pointer-events-auto flex animate-appear items-start gap-2 rounded-lg border border-border bg-popover px-3 py-2 shadow-overlay"
        >
          {kind === 'done' ? (
            <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-success" />
          ) : (
            <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-destructive" />
          )}
          <div className="min-w-0 flex-1 break-words">
            {text} {action}
          </div>
          <button
            type="button"
            aria-label="Dismiss"
            onClick={() => dismiss(id)}
            className="mt-0.5 text-muted-foreground"
          >
            <X className="size-4" />
          </button>
        </div>
      ))}
    </div>
  );
}
