import { atTime, inWords, sentence } from '../../shared/domain/in-words.js';
import { FEW_FAILURES } from './disabling-rule.js';

/** Hours that lists show, the present one included. */
export const HOURS_SHOWN = 24;

/** Attempts in one hour. */
export interface HourOfAttempts {
  /** Hours since the Unix epoch. */
  readonly hour: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** A subscription, as far as its health needs it. Times are in milliseconds since the Unix epoch. */
export interface JudgedSubscription {
  /** Public id. */
  readonly id: string;
  readonly state: 'active' | 'paused' | 'disabled';
  /** Null unless it is disabled; why, as a clause. */
  readonly disabledBecause: string | null;
  readonly disabledAtMs: number | null;
  readonly waiting: number;
  readonly consecutiveFailures: number;
  readonly failingSinceMs: number | null;
  readonly lastStatusCode: number | null;
  readonly lastErrorCode: string | null;
  /** Days after which it is disabled, at the earliest, if nothing else comes; null if nothing counts towards that. */
  readonly disablesAfterDays: number | null;
  /** Attempts of the last day. */
  readonly succeeded: number;
  readonly failed: number;
}

export type Health = 'healthy' | 'failing' | 'idle' | 'paused' | 'disabled';

/** The health of a subscription in one word. A few failures in a row may be a single delivery. */
export function healthOf(subscription: JudgedSubscription): Health {
  if (subscription.state !== 'active') return subscription.state;
  if (subscription.consecutiveFailures >= FEW_FAILURES) return 'failing';
  return subscription.succeeded + subscription.failed === 0 ? 'idle' : 'healthy';
}

/** The health of a subscription in a sentence or two, with what to do. */
export function healthSummary(subscription: JudgedSubscription, nowMs: number): string {
  return SUMMARIES[healthOf(subscription)](subscription, nowMs).map(sentence).join(' ');
}

const SUMMARIES: Readonly<Record<Health, (subscription: JudgedSubscription, nowMs: number) => string[]>> = {
  healthy: (subscription) => [share(subscription), ...lately(subscription)],
  failing,
  idle: ({ waiting }) => [
    waiting === 0
      ? 'nothing was sent to its receiver in the last day'
      : `nothing was sent to its receiver in the last day, and ${counted(waiting, 'delivery', 'deliveries')} ${waiting === 1 ? 'waits' : 'wait'}`,
  ],
  paused: ({ waiting, id }) => [
    waiting === 0 ? 'it is paused' : `it is paused, and ${held(waiting)}`,
    `set its state to "active" with PATCH /subscriptions/${id} to go on`,
  ],
  disabled: ({ disabledAtMs, disabledBecause, waiting, id }, nowMs) => [
    `it was disabled${disabledAtMs === null ? '' : ` ${atTime(disabledAtMs, nowMs)}`} because ${disabledBecause ?? 'of its receiver'}`,
    ...(waiting === 0 ? [] : [held(waiting)]),
    `once its receiver takes deliveries again, set its state to "active" with PATCH /subscriptions/${id}`,
  ],
};

function failing(subscription: JudgedSubscription, nowMs: number): string[] {
  const { consecutiveFailures, failingSinceMs, disablesAfterDays } = subscription;
  const since = failingSinceMs === null ? '' : ` since ${atTime(failingSinceMs, nowMs).replace(/^(at|on) /, '')}`;
  return [
    `the last ${counted(consecutiveFailures, 'attempt', 'attempts')} failed${since}, the newest with ${causeOf(subscription)}`,
    ...(disablesAfterDays === null
      ? []
      : [
          `the subscription is disabled after ${disablesAfterDays === 1 ? 'a day' : `${disablesAfterDays} days`} of nothing else at the earliest`,
        ]),
  ];
}

function causeOf({ lastStatusCode, lastErrorCode }: JudgedSubscription): string {
  return lastStatusCode === null ? (lastErrorCode ?? 'no outcome') : `status ${lastStatusCode}`;
}

function share({ succeeded, failed }: JudgedSubscription): string {
  const all = succeeded + failed;
  if (failed === 0)
    return all === 1
      ? 'the only attempt of the last day succeeded'
      : `all ${digits(all)} attempts of the last day succeeded`;
  return `${number(succeeded)} of ${counted(all, 'attempt', 'attempts')} of the last day succeeded`;
}

function lately({ consecutiveFailures }: JudgedSubscription): string[] {
  if (consecutiveFailures === 0) return [];
  return [consecutiveFailures === 1 ? 'the last one failed' : `the last ${inWords(consecutiveFailures)} failed`];
}

function held(waiting: number): string {
  return `${counted(waiting, 'delivery is', 'deliveries are')} held until it is active`;
}

function counted(count: number, one: string, several: string): string {
  return count === 1 ? `one ${one}` : `${number(count)} ${several}`;
}

/** In words up to ten. */
function number(count: number): string {
  return count <= 10 ? inWords(count) : digits(count);
}

/** `1,428` */
function digits(count: number): string {
  return count.toLocaleString('en-GB');
}

/** Share of attempts that succeeded, rounded to four decimals; null without attempts. */
export function successRate(succeeded: number, failed: number): number | null {
  return succeeded + failed === 0 ? null : Math.round((succeeded / (succeeded + failed)) * 10_000) / 10_000;
}

/** The success rate of each hour that lists show, the oldest first. @param nowHour hours since the Unix epoch */
export function successByHour(hours: readonly HourOfAttempts[], nowHour: number): (number | null)[] {
  const known = new Map(hours.map((each) => [each.hour, each]));
  return Array.from({ length: HOURS_SHOWN }, (_, index) => {
    const found = known.get(nowHour - HOURS_SHOWN + 1 + index);
    return found === undefined ? null : successRate(found.succeeded, found.failed);
  });
}
