import { atTime, inWords, sentence } from '../../shared/domain/in-words.js';
import type {
  ReplayFinished,
  SubscriptionDisabled,
  SubscriptionFailing,
  SubscriptionRecovered,
} from './announcement.js';

/** The subscription that a sentence is about. */
export interface NamedSubscription {
  /** Public id. */
  readonly id: string;
  readonly description: string | null;
  readonly targetHost: string;
}

/** Says that a subscription fails, since when, why, and what follows. */
export function failingSummary(failing: SubscriptionFailing, subscription: NamedSubscription, nowMs: number): string {
  const { failingSinceMs, consecutiveFailures } = failing;
  const since = `nothing has been delivered to ${nameOf(subscription)} since ${momentOf(failingSinceMs, nowMs)}`;
  const count = `${failuresInWords(consecutiveFailures)} in a row${lastCause(failing)}`;
  const check = `POST /subscriptions/${subscription.id}/check looks for the cause`;
  return sentence([`${since}: ${count}`, ...consequence(failing, nowMs), check].join('; '));
}

function consequence({ disablesAtMs, stage }: SubscriptionFailing, nowMs: number): string[] {
  if (disablesAtMs === null) return [];
  const warning = stage === 'last_warning' ? 'this is the last warning: ' : '';
  return [`${warning}unless a delivery succeeds, the subscription is disabled ${atTime(disablesAtMs, nowMs)}`];
}

/** Says why a subscription was disabled, what waits, and how to revive it. */
export function disabledSummary(
  disabled: SubscriptionDisabled,
  subscription: NamedSubscription,
  nowMs: number,
): string {
  const revive = `once the receiver takes deliveries again, set its state to "active" with PATCH /subscriptions/${subscription.id}`;
  return sentence(`the subscription to ${nameOf(subscription)} was disabled because ${disabledCause(disabled, nowMs)}${held(disabled)}; ${revive}`); // prettier-ignore
}

export function recoveredSummary(
  { failingSinceMs, consecutiveFailures }: SubscriptionRecovered,
  subscription: NamedSubscription,
  nowMs: number,
): string {
  const after = `after ${failuresInWords(consecutiveFailures)} since ${momentOf(failingSinceMs, nowMs)}`;
  return sentence(`${nameOf(subscription)} takes deliveries again, ${after}; nothing is left to do`);
}

/** Says how a replay ended, and what came of what it sent. */
export function replaySummary(replay: ReplayFinished): string {
  const { replayId, outcome, matched, sent, delivered, failed, cancelled = 0, skipped = 0 } = replay;
  const waiting = sent - delivered - failed - cancelled;
  const others = [
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
    ...(waiting > 0 ? [`${waiting} unfinished`] : []),
  ];
  const results = [`${delivered} delivered`, `${failed} failed`, ...others].join(', ');
  const leftOut = skipped > 0 ? `; it skipped ${skipped}` : '';
  const parts = `it sent ${sent} of the ${matched} that it matched: ${results}${leftOut}`;
  return sentence(`the replay ${replayId} ${ENDINGS[outcome]}; ${parts}`);
}

const ENDINGS: Readonly<Record<ReplayFinished['outcome'], string>> = {
  completed: 'has ended',
  cancelled: 'was cancelled',
  failed: 'could not go on',
};

function nameOf({ description, targetHost }: NamedSubscription): string {
  return description === null || description === '' ? targetHost : `"${description}" (${targetHost})`;
}

function failuresInWords(count: number): string {
  return count === 1 ? 'one failure' : `${inWords(count)} failures`;
}

/** A time as in "since": without the "at" before it. */
function momentOf(timeMs: number, nowMs: number): string {
  return atTime(timeMs, nowMs).replace(/^(at|on) /, '');
}

function lastCause({ lastError, lastStatusCode }: SubscriptionFailing): string {
  if (lastError !== null) return ` (the last one: ${lastError.message ?? lastError.code})`;
  return lastStatusCode === null ? '' : ` (the last one: the receiver answered ${lastStatusCode})`;
}

function disabledCause({ reason, failingSinceMs, consecutiveFailures }: SubscriptionDisabled, nowMs: number): string {
  if (reason === 'gone') return 'its receiver answered 410';
  if (failingSinceMs === null) return `of ${reason}`;
  const failures = consecutiveFailures === null ? '' : `: ${failuresInWords(consecutiveFailures)} in a row`;
  return `nothing had been delivered since ${momentOf(failingSinceMs, nowMs)}${failures}`;
}

function held({ waiting }: SubscriptionDisabled): string {
  if (waiting === null || waiting === 0) return '';
  return waiting === 1 ? '; one delivery is held' : `; ${inWords(waiting)} deliveries are held`;
}
