import type { ReactNode } from 'react';
import type { AttemptAnswer, DeliveryWithAttemptsAnswer } from '../../api/generated';
import { STATUSES } from '../../components/status';
import { Countdown, ExactTime } from '../../components/time';
import { cx } from '../../lib/cx';
import { secondsBetween, spanOf } from '../../lib/times';
import { Attempt } from './attempt';

const MIN_WAIT_S = 2;

/** What happened to a delivery, from its acceptance to its end, with the waits between. */
export function Timeline({ delivery }: { readonly delivery: DeliveryWithAttemptsAnswer }) {
  const { attempts, created_at: createdAt, next_attempt_at: nextAt, status, max_attempts: max } = delivery;
  const longestMs = Math.max(1, ...attempts.map(({ duration_ms: ms }) => ms ?? 0));
  return (
    <ol aria-label="What happened" className="flex flex-col">
      <Step dot="bg-input">
        <span className="font-medium">Accepted</span> <ExactTime at={createdAt} />
      </Step>
      {attempts.map((attempt, index) => (
        <Step key={attempt.number} dot={dotOf(attempt)} wait={waitBefore(attempt, attempts[index - 1], createdAt)}>
          <Attempt attempt={attempt} delivery={delivery} longestMs={longestMs} isOpen={index === attempts.length - 1} />
        </Step>
      ))}
      {nextAt !== null && (
        <Step dot="border-2 border-warning bg-card">
          <span className="font-medium">Attempt {attempts.length + 1}</span>{' '}
          <span className="text-muted-foreground">of {max}</span>{' '}
          <Countdown at={nextAt} className="font-medium text-warning" />
        </Step>
      )}
      {delivery.finished_at !== null && (
        <Step dot={FINAL_DOTS[status] ?? 'bg-idle'} isLast>
          <span className="font-medium">{STATUSES[status].word}</span> <ExactTime at={delivery.finished_at} />
        </Step>
      )}
    </ol>
  );
}

const FINAL_DOTS: Partial<Record<DeliveryWithAttemptsAnswer['status'], string>> = {
  delivered: 'bg-success',
  failed: 'bg-destructive',
};

function dotOf({ error, duration_ms: ms }: AttemptAnswer): string {
  if (ms === null) return 'bg-idle';
  return error === null ? 'bg-success' : 'bg-destructive';
}

/** How long the delivery waited before an attempt; null if that is not worth a line. */
function waitBefore(attempt: AttemptAnswer, previous: AttemptAnswer | undefined, createdAt: string): string | null {
  const from = previous === undefined ? createdAt : previous.started_at;
  const seconds = secondsBetween(from, attempt.started_at) - (previous?.duration_ms ?? 0) / 1000;
  return seconds < MIN_WAIT_S ? null : `waited ${spanOf(seconds)}`;
}

interface StepProps {
  readonly dot: string;
  readonly wait?: string | null;
  readonly isLast?: boolean;
  readonly children: ReactNode;
}

function Step({ dot, wait = null, isLast = false, children }: StepProps) {
  return (
    <li className="group relative pb-4 pl-6 last:pb-0">
      <i
        aria-hidden
        className={cx(
          'absolute top-2 bottom-0 left-[5px] w-px translate-y-2 bg-border group-last:hidden',
          isLast && 'hidden',
        )}
      />
      {wait !== null && <div className="-mt-1 pb-3 text-xs text-muted-foreground">{wait}</div>}
      <div className="relative">
        <i aria-hidden className={cx('absolute top-[5px] -left-6 size-[11px] rounded-full ring-4 ring-card', dot)} />
        {children}
      </div>
    </li>
  );
}
