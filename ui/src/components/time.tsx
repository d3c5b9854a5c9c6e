import { useMemo } from 'react';
import { useClock } from '../lib/clock';
import { exactTimes, localTime, roughSpanOf, secondsBetween, spanOf } from '../lib/times';

interface TimeProps {
  readonly at: string;
  readonly className?: string;
}

/** How long ago something was: `2 h`. The exact time is in the hint. */
export function Age({ at, className }: TimeProps) {
  const age = useClock((now) => roughSpanOf(secondsBetween(at, now)));
  return (
    <time dateTime={at} data-hint={useExactTimes(at)} className={className}>
      {age}
    </time>
  );
}

/** How long it takes until something happens: `in 4 min 12 s`. */
export function Countdown({ at, isRough = false, className }: TimeProps & { readonly isRough?: boolean }) {
  const words = useClock((now) => {
    const seconds = secondsBetween(now, at);
    return seconds <= 0 ? 'now' : `in ${isRough ? roughSpanOf(seconds) : spanOf(seconds)}`;
  });
  return (
    <time dateTime={at} data-hint={useExactTimes(at)} className={className}>
      {words}
    </time>
  );
}

/** The exact time in the viewer's zone, with how long ago it was. */
export function ExactTime({ at }: TimeProps) {
  const age = useClock((now) => roughSpanOf(secondsBetween(at, now)));
  return (
    <time dateTime={at} data-hint={useExactTimes(at)}>
      {localTime(at)} <span className="text-muted-foreground">{age} ago</span>
    </time>
  );
}

/** Formatting a time takes longer than anything else in a row. */
function useExactTimes(at: string): string {
  return useMemo(() => exactTimes(at), [at]);
}
