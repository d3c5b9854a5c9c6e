import type { SubscriptionState } from '../../subscriptions/index.js';
import type { AttemptErrorCode } from './attempt-outcome.js';
import type { DeliveryStatus } from './delivery-state.js';
import { atTime, inWords, nthAttempt, sentence } from '../../shared/domain/in-words.js';

/** A delivery, as far as its summary needs it. Times are in milliseconds since the Unix epoch. */
export interface SummarizedDelivery {
  /** Public ids. */
  readonly id: string;
  readonly subscriptionId: string;
  readonly status: DeliveryStatus;
  readonly createdAtMs: number;
  /** Attempts that were begun, and how many of them a crash cut short. */
  readonly attemptCount: number;
  readonly abandonedCount: number;
  readonly maxAttempts: number;
  /** Null for a delivery that is parked, in flight or finished. */
  readonly nextAttemptAtMs: number | null;
  readonly isParked: boolean;
  /** Null unless it is in flight. */
  readonly leaseUntilMs: number | null;
  readonly finishedAtMs: number | null;
  readonly lastStatusCode: number | null;
  /** Of the last attempt that has ended, or why the delivery was ended. The code may be one of a later version. */
  readonly lastError: { readonly code: string; readonly message: string | null } | null;
  /** At present. */
  readonly subscriptionState: SubscriptionState;
  /** Why the subscription is disabled, as a clause; of no meaning in another state. */
  readonly disabledBecause: string;
  /** Whether an attempt ended after the delivery was finished, so that its outcome changed nothing. */
  readonly hasLateAttempt: boolean;
}

/** A new delivery is sent within seconds, unless something is wrong. */
const SOON_MS = 60_000;
const GONE = 410;

/**
 * Says whose side a failure is on, where the message of the attempt does not. The messages of the others name the
 * receiver themselves.
 */
const SIDES: Readonly<Record<AttemptErrorCode, string>> = {
  timeout: '',
  connection_refused: '',
  connection_reset: '',
  dns_failure: "on the receiver's side of the network, ",
  tls_failure: "on the receiver's side, ",
  proxy_failure: 'on the side of this service, ',
  blocked_address: 'this service refuses the target: ',
  bad_status: '',
  response_invalid: "on the receiver's side, ",
  abandoned: 'on the side of this service, ',
  subscription_gone: '',
  cancelled: '',
  internal_error: 'on the side of this service, ',
};

/** Says in one sentence what happened to a delivery, whose side that is on, what comes next, and what to do. */
export function deliverySummary(delivery: SummarizedDelivery, nowMs: number): string {
  return sentence(CLAUSES[delivery.status](delivery, nowMs));
}

type Clause = (delivery: SummarizedDelivery, nowMs: number) => string;

const CLAUSES: Readonly<Record<DeliveryStatus, Clause>> = {
  pending: (delivery, nowMs) => held(delivery) ?? waiting(delivery, nowMs),
  retrying: (delivery, nowMs) => `${causeOf(delivery)}; ${held(delivery) ?? nextAttempt(delivery, nowMs)}`,
  in_flight: inFlight,
  delivered: delivered,
  failed: failed,
  cancelled: cancelled,
};

/** Why an unfinished delivery is not sent; null if its subscription is active. */
function held({ subscriptionState, subscriptionId, disabledBecause }: SummarizedDelivery): string | null {
  const revive = `set the state of the subscription to "active" with PATCH /subscriptions/${subscriptionId}`;
  switch (subscriptionState) {
    case 'active':
      return null;
    case 'paused':
      return `the delivery is on hold because its subscription is paused; to release it, ${revive}`;
    case 'disabled':
      return `the delivery is on hold because its subscription is disabled: ${disabledBecause}; once the receiver takes deliveries again, ${revive}`;
    case 'deleted':
      return 'the delivery will be cancelled within seconds because its subscription has been deleted';
  }
}

function waiting({ createdAtMs, isParked }: SummarizedDelivery, nowMs: number): string {
  const created = `the delivery was created ${atTime(createdAtMs, nowMs)}`;
  if (isParked) {
    return `${created} and is queued: the receiver already has as many requests in flight as max_in_flight and its pace allow`;
  }
  if (nowMs - createdAtMs < SOON_MS) return `${created}, and the first attempt follows within seconds`;
  return `${created}, and this service should have sent it within seconds; check GET /health and whether a worker runs`;
}

function nextAttempt(delivery: SummarizedDelivery, nowMs: number): string {
  const { isParked, nextAttemptAtMs } = delivery;
  const left = attemptsLeft(delivery);
  const isDue = nextAttemptAtMs === null || nextAttemptAtMs <= nowMs;
  const when = isParked ? 'is queued behind other requests to the receiver' : isDue ? 'is due now' : `is ${atTime(nextAttemptAtMs, nowMs)}`; // prettier-ignore
  if (left <= 1) return `the next attempt, the last one, ${when}`;
  return `the next attempt ${when}, with ${inWords(left)} left`;
}

/** Attempts that a crash cut short do not count. At least one more is made while a delivery is not finished. */
function attemptsLeft({ maxAttempts, attemptCount, abandonedCount }: SummarizedDelivery): number {
  return maxAttempts - (attemptCount - abandonedCount);
}

function inFlight(delivery: SummarizedDelivery, nowMs: number): string {
  const { attemptCount, leaseUntilMs, lastError } = delivery;
  const before = attemptCount > 1 && lastError !== null ? `; the previous one failed: ${causeOf(delivery)}` : '';
  if (leaseUntilMs !== null && leaseUntilMs <= nowMs) {
    return `${nthAttempt(attemptCount)} is overdue, so its worker has probably stopped; another worker will take over within seconds${before}`;
  }
  return `${nthAttempt(attemptCount)} is on its way, and the receiver has not answered yet; ${ifItFails(delivery)}${before}`;
}

function ifItFails(delivery: SummarizedDelivery): string {
  if (delivery.subscriptionState === 'deleted') {
    return 'if it fails, the delivery will be cancelled because its subscription has been deleted';
  }
  const left = attemptsLeft(delivery);
  return left < 1 ? 'this is the last attempt' : `if it fails, ${inWords(left)} more may follow`;
}

function delivered(delivery: SummarizedDelivery, nowMs: number): string {
  const { attemptCount, lastStatusCode } = delivery;
  const failures = attemptCount - 1;
  const after = failures === 0 ? '' : ` after ${inWords(failures)} without success`;
  const answer = lastStatusCode === null ? 'accepted it' : `answered ${lastStatusCode}`;
  return `the receiver ${answer} to ${nthAttempt(attemptCount)}${finishedAt(delivery, nowMs)}${after}; nothing is left to do`;
}

function failed(delivery: SummarizedDelivery, nowMs: number): string {
  const { attemptCount, lastStatusCode, lastError } = delivery;
  const isFinal = lastStatusCode === GONE || lastError?.code === 'blocked_address' || lastError?.code === 'abandoned';
  const why = isFinal ? '' : ', with none left';
  const attempts = attemptCount === 1 ? 'one attempt' : `${inWords(attemptCount)} attempts`;
  const given = `the delivery failed${finishedAt(delivery, nowMs)} after ${attempts}${why}`;
  return `${causeOf(delivery)}; ${given}${late(delivery)}; ${again(delivery)}`;
}

function cancelled(delivery: SummarizedDelivery, nowMs: number): string {
  const { attemptCount } = delivery;
  const attempts = attemptCount === 1 ? 'one attempt' : `${inWords(attemptCount)} attempts`;
  const when = attemptCount === 0 ? 'before the first attempt' : `after ${attempts}`;
  const given = `the delivery ended${finishedAt(delivery, nowMs)}, ${when}`;
  return `${causeOf(delivery)}; ${given}${late(delivery)}; ${again(delivery)}`;
}

function late({ hasLateAttempt }: SummarizedDelivery): string {
  return hasLateAttempt ? ', and an attempt that ended later changed nothing' : '';
}

/** What to do so that the receiver gets the event after all. */
function again({ id, subscriptionId, subscriptionState, lastError }: SummarizedDelivery): string {
  const retry = `POST /deliveries/${id}/retry`;
  const fixed = lastError?.code === 'cancelled' ? '' : 'once that is fixed, ';
  switch (subscriptionState) {
    case 'active':
      return `${fixed}${retry} sends it again`;
    case 'paused':
    case 'disabled':
      return `${fixed}set the state of the subscription to "active" with PATCH /subscriptions/${subscriptionId}, and ${retry} sends it again`;
    case 'deleted':
      return lastError?.code === 'subscription_gone'
        ? 'if the event is still needed, create another subscription and publish it again'
        : 'the subscription has been deleted, so create another one and publish the event again if it is still needed';
  }
}

function finishedAt({ finishedAtMs }: SummarizedDelivery, nowMs: number): string {
  return finishedAtMs === null ? '' : ` ${atTime(finishedAtMs, nowMs)}`;
}

/** What went wrong, and on whose side. */
function causeOf({ lastError, lastStatusCode }: SummarizedDelivery): string {
  if (lastError === null) return lastStatusCode === null ? 'the last attempt has left no outcome' : `the receiver answered ${lastStatusCode}`; // prettier-ignore
  const { code, message } = lastError;
  // The message of the attempt says how to go on, as the rest of the summary does.
  if (code === 'bad_status' && lastStatusCode === GONE) return 'the receiver answered 410, which disables the subscription'; // prettier-ignore
  const side = (SIDES as Readonly<Record<string, string>>)[code] ?? '';
  return `${side}${message ?? `the last attempt ended with ${code}`}`;
}
