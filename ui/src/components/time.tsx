import { useNow } from '../lib/clock';
import { exactTimes, localTime, roughSpanOf, secondsBetween, spanOf } from '../lib/times';

interface TimeProps {
  readonly at: string;
  readonly className?: string;
}

/** How long ago something was: `2 h`. The exact time is in the hint. */
export function Age({ at, className }: TimeProps) {
  const now = useNow();
  return (
    <time dateTime={at} data-hint={exactTimes(at)} className={className}>
      {roughSpanOf(secondsBetween(at, now))}
    </time>
  );
}

/** How long it takes until something happens: `in 4 min 12 s`. */
export function Countdown({ at, isRough = false, className }: TimeProps & { readonly isRough?: boolean }) {
  const now = useNow();
  const seconds = secondsBetween(now, at);
  const span = isRough ? roughSpanOf(seconds) : spanOf(seconds);
  return (
    <time dateTime={at} data-hint={exactTimes(at)} className={className}>
      {seconds <= 0 ? 'now' : `in ${span}`}
    </time>
  );
}

/** The exact time in the viewer's zone, with how long ago it was. */
export function ExactTime({ at }: TimeProps) {
  const now = useNow();
  return (
    <time dateTime={at} data-hint={exactTimes(at)}>
      {localTime(at)} <span className="text-muted-foreground">{roughSpanOf(secondsBetween(at, now))} ago</span>
    </time>
  );
}
