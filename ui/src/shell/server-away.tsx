import { PlugZap } from 'lucide-react';
import { isReachable } from '../api/reachability';
import { useStore } from '../lib/store';

/** Says that the service does not answer. Everything that was shown or typed stays, and goes on by itself. */
export function ServerAway() {
  if (useStore(isReachable)) return null;
  return (
    <div
      role="alert"
      className="flex items-center gap-2 border-b border-border bg-warning-tint px-6 py-1.5 font-medium text-warning"
    >
      <PlugZap aria-hidden className="size-4 shrink-0" />
      The service does not answer. This page asks again every two seconds and goes on when it is back; what you see may
      be old.
    </div>
  );
}
