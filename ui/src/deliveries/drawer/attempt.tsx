import { ChevronRight } from 'lucide-react';
import { STATUS_WORDS } from '../../lib/http-status';
import type { AttemptAnswer, DeliveryWithAttemptsAnswer } from '../../api/generated';
import { durationOf, exactTimes } from '../../lib/times';
import { errorWords } from '../filters';
import { PhaseBar } from './phase-bar';
import { RequestAndResponse } from './request-and-response';

interface AttemptProps {
  readonly attempt: AttemptAnswer;
  readonly delivery: DeliveryWithAttemptsAnswer;
  /** Duration of the longest attempt, to which the bars are drawn. */
  readonly longestMs: number;
  readonly isOpen: boolean;
}

/** One attempt: its outcome in a line, its phases as a bar, and what was said both ways. */
export function Attempt({ attempt, delivery, longestMs, isOpen }: AttemptProps) {
  const { number, duration_ms: ms, started_at: startedAt, phases, late } = attempt;
  return (
    <details open={isOpen} className="group/attempt">
      <summary className="flex list-none flex-col gap-2 rounded-sm">
        <span className="flex items-baseline gap-2">
          <span className="text-muted-foreground" data-hint={exactTimes(startedAt)}>
            {number}
          </span>
          <span className="min-w-0 flex-1">
            <Outcome attempt={attempt} />
            {late && <span className="ml-2 text-xs text-warning">too late to count</span>}
          </span>
          <span className="text-muted-foreground">{ms === null ? 'cut short' : durationOf(ms)}</span>
          <ChevronRight
            aria-hidden
            className="size-3.5 shrink-0 self-center text-muted-foreground transition-transform group-open/attempt:rotate-90"
          />
        </span>
        {ms !== null && <PhaseBar phases={phases} durationMs={ms} longestMs={longestMs} />}
      </summary>
      <RequestAndResponse attempt={attempt} delivery={delivery} />
    </details>
  );
}

function Outcome({ attempt: { status_code: code, error } }: { readonly attempt: AttemptAnswer }) {
  if (error === null || (code !== null && error.code === 'bad_status')) {
    return (
      <>
        <span className="font-medium">{code ?? 'Abandoned'}</span>{' '}
        <span className="text-muted-foreground">{code === null ? 'the worker ended' : (STATUS_WORDS[code] ?? '')}</span>
      </>
    );
  }
  return (
    <>
      <span className="font-medium">{errorWords(error.code)}</span>{' '}
      <span className="break-words text-muted-foreground">{error.message}</span>
    </>
  );
}
