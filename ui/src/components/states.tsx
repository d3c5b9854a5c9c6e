import { CircleAlert, SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { Refused } from '../api/failure';
import { cx } from '../lib/cx';
import { Copyable } from './copyable';
import { Button } from './ui/button';

/** Grey lines where text will be, once loading has taken long enough to be noticed. */
export function Skeleton({ lines = 3, className }: { readonly lines?: number; readonly className?: string }) {
  return (
    <div role="status" aria-label="Loading" className={cx('flex animate-skeleton flex-col gap-3', className)}>
      {Array.from({ length: lines }, (_, index) => (
        <div key={index} className={cx('h-4 rounded-sm bg-muted', WIDTHS[index % WIDTHS.length])} />
      ))}
    </div>
  );
}

const WIDTHS = ['w-3/4', 'w-1/2', 'w-5/6', 'w-2/3'];

interface NoticeProps {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
}

/** What a screen says when it has nothing to show. */
export function Notice({ icon, title, children }: NoticeProps) {
  return (
    <div className="mx-auto flex max-w-xl animate-appear flex-col items-center gap-2 px-6 py-16 text-center">
      {icon}
      <h2 className="text-base font-medium">{title}</h2>
      <div className="flex max-w-full flex-col items-center gap-4 text-muted-foreground">{children}</div>
    </div>
  );
}

interface NothingMatchesProps {
  /** What is listed, in the singular. */
  readonly what?: string;
  readonly onClear: () => void;
}

export function NothingMatches({ what = 'delivery', onClear }: NothingMatchesProps) {
  return (
    <Notice icon={<SearchX aria-hidden className="size-5 text-muted-foreground" />} title="Nothing matches">
      <p>No {what} has all of these properties.</p>
      <Button onClick={onClear}>Clear the filters</Button>
    </Notice>
  );
}

interface FailedProps {
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** Says why something could not be read, in the words of the service, and lets one try again. */
export function Failed({ error, onRetry }: FailedProps) {
  const problem = error instanceof Refused ? error.problem : null;
  return (
    <Notice
      icon={<CircleAlert aria-hidden className="size-5 text-destructive" />}
      title={problem?.title ?? 'This could not be read'}
    >
      <p role="alert">{error instanceof Error ? error.message : 'Something unexpected happened.'}</p>
      {problem?.request_id && (
        <p className="flex items-center gap-2 text-xs">
          Request <Copyable text={problem.request_id} what="request id" />
        </p>
      )}
      <Button onClick={onRetry}>Try again</Button>
    </Notice>
  );
}

/** A command to paste into a shell. */
export function Command({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div className="flex w-full flex-col gap-2 text-left">
      <pre
        tabIndex={0}
        className="max-w-full overflow-x-auto rounded-md border border-border bg-card px-3 py-2 text-foreground"
      >
        {text}
      </pre>
      <Copyable text={text} what={what} label={`Copy ${what}`} className="self-center font-sans text-sm" />
    </div>
  );
}
