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
  return [
    `${warning}unless a delivery succeeds, the subscription is disabled ${atTime(disablesAtMs, nowMs)} at the earliest`,
  ];
}

/** Says why a subscription was disabled, and how to revive it. */
export function disabledSummary(
  disabled: SubscriptionDisabled,
  subscription: NamedSubscription,
  nowMs: number,
): string {
  const revive = `once the receiver takes deliveries again, set its state to "active" with PATCH /subscriptions/${subscription.id}`;
  return sentence(`the subscription to ${nameOf(subscription)} was disabled because ${disabledCause(disabled, nowMs)}; ${revive}`); // prettier-ignore
}

export function recoveredSummary(
  { failingSinceMs, consecutiveFailures }: SubscriptionRecovered,
  subscription: NamedSubscription,
  nowMs: number,
): string {
  const after = `after ${failuresInWords(consecutiveFailures)} since ${momentOf(failingSinceMs, nowMs)}`;
  const missed = 'what failed meanwhile can be sent again with POST /replays';
  return sentence(`${nameOf(subscription)} takes deliveries again, ${after}; ${missed}`);
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
  if (lastStatusCode !== null) return ` (the last one: the receiver answered ${lastStatusCode})`;
  return lastError === null ? '' : ` (the last one: ${causeInWords(lastError)})`;
}

function causeInWords({ code, message }: NonNullable<SubscriptionFailing['lastError']>): string {
  return message ?? CAUSES.get(code) ?? code;
}

/** What is known of an attempt that got no status. */
const CAUSES: ReadonlyMap<string, string> = new Map([
  ['timeout', 'the receiver did not answer in time'],
  ['connection_refused', 'the receiver refused the connection'],
  ['connection_reset', 'the connection to the receiver broke'],
  ['dns_failure', 'the host name of the receiver could not be resolved'],
  ['tls_failure', 'TLS with the receiver failed'],
  ['blocked_address', 'the host name of the receiver resolves to an address that is not allowed'],
  ['response_invalid', 'the receiver sent no valid HTTP response'],
]);

function disabledCause({ reason, failingSinceMs, consecutiveFailures }: SubscriptionDisabled, nowMs: number): string {
  if (reason === 'gone') return 'its receiver answered 410';
  if (failingSinceMs === null) return `of ${reason}`;
  const failures = consecutiveFailures === null ? '' : `: ${failuresInWords(consecutiveFailures)} in a row`;
  return `nothing had been delivered since ${momentOf(failingSinceMs, nowMs)}${failures}`;
}
