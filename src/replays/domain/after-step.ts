import type { Uuid } from '../../shared/ids/uuid.js';
import { nextPauseMs, nextSendMs } from './pace.js';
import { hasEnded, type Hold, type Replay } from './replay.js';

/** A replay is looked at this often while it sends, so that its counts follow. */
const LOOK_MS = 1000;
/** And this often while it waits for a receiver, which may be done with what is parked at any moment. */
const BUSY_LOOK_MS = 250;

/** What a step has sent. */
export interface Sending {
  readonly opened: number;
  readonly skipped: number;
  /** The first id that has not been looked at. */
  readonly position: Uuid | null;
  /** Whether everything has been looked at. */
  readonly isExhausted: boolean;
  readonly hold: Hold | null;
  /** In words: what was skipped, or why the replay cannot go on; null for nothing. */
  readonly problem: string | null;
  readonly cannotGoOn: boolean;
}

/** What a step has found and done. */
export interface StepOutcome {
  readonly now: Date;
  readonly settled: {
    readonly delivered: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly last: Uuid | null;
  };
  /** Null if it was not the time to send. */
  readonly sending: Sending | null;
  /** Whether the outcome of a delivery is not known. */
  readonly hasUnsettled: boolean;
}

/** A replay after a step, and when to look at it next. */
interface SteppedReplay {
  readonly replay: Replay;
  readonly dueAt: Date;
}

/** What a step makes of a replay. */
export function afterStep(replay: Replay, { now, settled, sending, hasUnsettled }: StepOutcome): SteppedReplay {
  const counted: Replay = {
    ...replay,
    delivered: replay.delivered + settled.delivered,
    failed: replay.failed + settled.failed,
    cancelled: replay.cancelled + settled.cancelled,
    settledUntil: settled.last,
    // A step that failed before is made up for by this one. Why some were skipped, or the replay ended, stays.
    lastError: hasEnded(replay) || replay.skipped > 0 ? replay.lastError : null,
  };
  const sent = sending === null ? counted : afterSending(counted, sending, now);
  const ended = isComplete(sent, hasUnsettled) ? { ...sent, state: 'finished' as const, finishedAt: now } : sent;
  const isSettled = hasEnded(ended) && !hasUnsettled;
  const hasSettled = settled.delivered + settled.failed + settled.cancelled > 0;
  const isSending = ended.state === 'running' && ended.allSentAt === null;
  const pauseMs = isSending ? 0 : nextPauseMs(replay.pauseMs, hasSettled);
  const untilSentMs = Math.min(ended.sendAt.getTime() - now.getTime(), LOOK_MS);
  return {
    replay: { ...ended, isSettled, pauseMs },
    dueAt: new Date(now.getTime() + (isSending ? untilSentMs : pauseMs)),
  };
}

/** A pause holds back what is to be sent, so it does not keep a replay that has sent everything from its end. */
function isComplete(replay: Replay, hasUnsettled: boolean): boolean {
  return !hasEnded(replay) && replay.allSentAt !== null && !hasUnsettled;
}

function afterSending(replay: Replay, sending: Sending, now: Date): Replay {
  const { opened, skipped, position, isExhausted, hold, problem, cannotGoOn } = sending;
  const sent = replay.sent + opened;
  const allSkipped = replay.skipped + skipped;
  const nowMs = now.getTime();
  const isIdle = hold !== null && opened === 0;
  const isBusy = hold === 'backlog' || hold === 'behind';
  // The time for looking was up before anything was found, so nothing is known about what holds the replay.
  const isBlank = hold === null && opened + skipped === 0 && !isExhausted;
  const sendAtMs = nextSendMs({ sendAtMs: replay.sendAt.getTime(), nowMs, sent: opened, rate: replay.rate });
  return {
    ...replay,
    ...(cannotGoOn && { state: 'failed' as const, finishedAt: now }),
    sent,
    skipped: allSkipped,
    // Deliveries that were being recorded when they were counted may have been left out.
    matched: isExhausted ? sent + allSkipped : replay.matched,
    position,
    allSentAt: isExhausted ? now : null,
    sendAt: new Date(isIdle ? nowMs + (isBusy ? BUSY_LOOK_MS : LOOK_MS) : sendAtMs),
    heldBy: isBlank ? replay.heldBy : hold,
    // What was sent in spite of a hold begins another wait.
    heldSince: isBlank ? replay.heldSince : hold === null ? null : isIdle ? (replay.heldSince ?? now) : now,
    lastError: problem ?? replay.lastError,
  };
}
