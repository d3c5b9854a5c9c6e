import type { ReactNode } from 'react';
import { useNow } from '../lib/clock';
import { counted, rateOf } from '../lib/numbers';
import type { Pace, Second } from './pace';

const HEIGHT = 32;

/** How much happens: rates of the last seconds, and each second of the last minute, whatever the filter hides. */
export function PaceStrip({ pace }: { readonly pace: Pace }) {
  const now = useNow();
  const { events, attempts, failedShare, isAtLeast } = pace.rates(now);
  const minute = pace.lastMinute(now);
  const most = Math.max(1, ...minute.map((second) => second.attempts));
  const more = isAtLeast ? '≥ ' : '';
  return (
    <div className="flex flex-wrap items-end gap-x-8 gap-y-2 px-6 pb-2 max-md:px-4">
      <dl className="flex gap-x-8">
        <Figure name="Events" hint="Accepted, mean of the last 10 s">
          {more}
          {rateOf(events)}
        </Figure>
        <Figure name="Attempts" hint="Requests to receivers, mean of the last 10 s">
          {more}
          {rateOf(attempts)}
        </Figure>
        <Figure name="Failed" hint="Part of the attempts of the last 10 s">
          {failedShare === null ? '–' : `${(failedShare * 100).toFixed(1)} %`}
        </Figure>
      </dl>
      <div className="flex min-w-48 flex-1 flex-col gap-1">
        <p className="flex justify-between text-2xs text-muted-foreground">
          <span>Attempts of the last minute</span>
          <span>{minuteWords(minute)}</span>
        </p>
        <div aria-hidden className="flex h-8 items-end gap-0.5">
          {minute.map((second, index) => (
            <Bar key={index} second={second} most={most} agoSeconds={minute.length - index} />
          ))}
        </div>
      </div>
    </div>
  );
}

interface FigureProps {
  readonly name: string;
  readonly hint: string;
  readonly children: ReactNode;
}

function Figure({ name, hint, children }: FigureProps) {
  return (
    <div className="flex flex-col" data-hint={hint}>
      <dt className="text-2xs text-muted-foreground">{name}</dt>
      <dd className="min-w-16 text-lg font-semibold whitespace-nowrap">{children}</dd>
    </div>
  );
}

interface BarProps {
  readonly second: Second;
  /** Attempts of the busiest second. */
  readonly most: number;
  readonly agoSeconds: number;
}

function Bar({ second: { attempts, failures }, most, agoSeconds }: BarProps) {
  return (
    <span
      className="flex h-full flex-1 flex-col justify-end"
      data-hint={`${agoSeconds} s ago\n${counted(attempts, 'attempt')}, ${failures} failed`}
    >
      <span className="block w-full rounded-t-[1px] bg-chart-3/90" style={{ height: scaled(failures, most) }} />
      <span className="block w-full bg-input" style={{ height: Math.max(1, scaled(attempts - failures, most)) }} />
    </span>
  );
}

function minuteWords(minute: readonly Second[]): string {
  const attempts = minute.reduce((sum, second) => sum + second.attempts, 0);
  const failures = minute.reduce((sum, second) => sum + second.failures, 0);
  return `${counted(attempts, 'attempt')}, ${counted(failures, 'failure')}`;
}

/** Pixels; whatever there is can be seen. */
function scaled(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(1, Math.round((count / most) * (HEIGHT - 2)));
}
