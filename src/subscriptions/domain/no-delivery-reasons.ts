import { atTime, duration, sentence } from '../../shared/domain/in-words.js';
import { wants } from './event-type-pattern.js';
import type { SubscriptionState } from './subscription-state.js';

/**
 * Why a subscription got no delivery of an event. New codes may be added; the meaning of a code never changes. The codes
 * that `noDeliveries` warns of at publication say the same of all subscriptions together.
 */
export const NO_DELIVERY_REASONS = [
  'published_to_one',
  'created_later',
  'subscription_deleted',
  'subscription_disabled',
  'type_not_subscribed',
  'changed_later',
  'changed_meanwhile',
  'not_recorded',
  'unexplained',
] as const;
export type NoDeliveryReason = (typeof NO_DELIVERY_REASONS)[number];

/** An event that was accepted. */
export interface PastEvent {
  readonly eventType: string;
  /** Milliseconds since the Unix epoch, like all times here. */
  readonly acceptedAtMs: number;
  /** Null if it was not recorded. */
  readonly addressing: 'all' | 'one' | 'test' | null;
  /** Public id of the only subscription to which it was published; null if there is none or it is not known. */
  readonly addressedTo: string | null;
}

/** What a subscription wanted, and its state, from some time on. */
export interface SubscriptionVersion {
  readonly validFromMs: number;
  readonly eventTypes: readonly string[];
  readonly state: SubscriptionState;
}

/** A subscription at the time of an event, and at present. */
export interface SubscriptionPast {
  /** Public id. */
  readonly id: string;
  readonly createdAtMs: number;
  /** The version that was valid when the event was accepted; null if none is recorded. */
  readonly then: SubscriptionVersion | null;
  /** When the next version became valid; null if none has. */
  readonly changedAtMs: number | null;
  readonly now: Pick<SubscriptionVersion, 'eventTypes' | 'state'>;
}

export interface Explanation {
  readonly code: NoDeliveryReason;
  /** One sentence: why, and what to change. */
  readonly detail: string;
}

/** Event types that a sentence names. */
const SHOWN_TYPES = 5;

/**
 * Says why a subscription got no delivery of an event.
 *
 * @param settlingMs how long after a change an event may still be accepted as if it had not happened
 */
export function noDeliveryReason(event: PastEvent, past: SubscriptionPast, settlingMs: number): Explanation {
  const { code, clause } = reasonOf(event, past, settlingMs);
  return { code, detail: sentence(clause) };
}

interface Reason {
  readonly code: NoDeliveryReason;
  readonly clause: string;
}

function reasonOf(event: PastEvent, past: SubscriptionPast, settlingMs: number): Reason {
  const { acceptedAtMs, addressing, eventType } = event;
  const { then, createdAtMs } = past;
  if (addressing === 'one' || addressing === 'test') return publishedToOne(event, addressing);
  if (createdAtMs > acceptedAtMs) {
    const clause = `it was created ${after(createdAtMs, acceptedAtMs)}; ${publishAgain(past)}`;
    return { code: 'created_later', clause };
  }
  if (then === null) {
    const clause = `what it wanted at that time was not recorded; ${wantedNow(event, past)}`;
    return { code: 'not_recorded', clause };
  }
  if (then.state === 'deleted') {
    const clause = `it had been deleted ${atTime(then.validFromMs, acceptedAtMs)}; create another one if its receiver still needs events`;
    return { code: 'subscription_deleted', clause };
  }
  if (then.state === 'disabled') return disabled(event, past, then);
  if (!wants(then.eventTypes, eventType)) return notWanted(event, past, then);
  return wanted(event, past, { then, settlingMs });
}

function publishedToOne({ eventType, addressedTo }: PastEvent, addressing: 'one' | 'test'): Reason {
  const target = addressedTo ?? 'another subscription';
  const clause =
    addressing === 'test'
      ? `it was a test event for ${target} only`
      : `the event was published to ${target} only; POST /webhooks/${eventType} publishes to all that want the type`;
  return { code: 'published_to_one', clause };
}

function disabled({ acceptedAtMs }: PastEvent, past: SubscriptionPast, then: SubscriptionVersion): Reason {
  const since = `it was disabled, since its receiver had answered 410 ${atTime(then.validFromMs, acceptedAtMs)}`;
  const advice =
    past.now.state === 'disabled'
      ? `set its state to "active" with PATCH /subscriptions/${past.id}`
      : publishAgain(past);
  return { code: 'subscription_disabled', clause: `${since}; ${advice}` };
}

function notWanted({ eventType }: PastEvent, past: SubscriptionPast, then: SubscriptionVersion): Reason {
  const only = `it wanted only ${typesOf(then.eventTypes)}`;
  if (past.now.state === 'deleted') {
    return { code: 'type_not_subscribed', clause: `${only}, and has been deleted since` };
  }
  if (wants(past.now.eventTypes, eventType)) {
    const clause = `${only} at that time, and wants ${eventType} since a later change; ${publishAgain(past)}`;
    return { code: 'changed_later', clause };
  }
  const clause = `${only}; add ${eventType} to its event_types with PATCH /subscriptions/${past.id}`;
  return { code: 'type_not_subscribed', clause };
}

/** It wanted the type, and was active or paused. */
function wanted(
  { eventType, acceptedAtMs, addressing }: PastEvent,
  past: SubscriptionPast,
  { then, settlingMs }: { readonly then: SubscriptionVersion; readonly settlingMs: number },
): Reason {
  if (addressing === null) {
    const clause = `it wanted ${eventType}, but whether the event was published to all or to another subscription only was not recorded`;
    return { code: 'not_recorded', clause };
  }
  const settledMs = acceptedAtMs - then.validFromMs;
  if (settledMs <= settlingMs) {
    const clause = `it has wanted ${eventType} since ${timeOf(then.validFromMs)}, ${duration(settledMs)} before the event was accepted at ${timeOf(acceptedAtMs)} by a process that had not heard of that change yet; ${publishAgain(past)}`;
    return { code: 'changed_meanwhile', clause };
  }
  if (past.changedAtMs !== null && past.changedAtMs - acceptedAtMs <= settlingMs) {
    const clause = `it changed at ${timeOf(past.changedAtMs)}, while the event that was accepted at ${timeOf(acceptedAtMs)} was being written; ${publishAgain(past)}`;
    return { code: 'changed_meanwhile', clause };
  }
  const clause = `it wanted ${eventType} when the event was accepted, so it should have got a delivery; please report this with the id of the event`;
  return { code: 'unexplained', clause };
}

function wantedNow({ eventType }: PastEvent, past: SubscriptionPast): string {
  if (past.now.state === 'deleted') return 'it has been deleted since';
  if (wants(past.now.eventTypes, eventType)) return `it wants ${eventType} now, and ${publishAgain(past)}`;
  return `to have it get ${eventType} from now on, add that to its event_types with PATCH /subscriptions/${past.id}`;
}

/** How it gets the event after all. */
function publishAgain({ id, now }: SubscriptionPast): string {
  if (now.state === 'deleted') return 'it has been deleted since';
  return `POST /ingest/${id} with the payload of the event publishes to it`;
}

function after(laterMs: number, acceptedAtMs: number): string {
  return `${atTime(laterMs, acceptedAtMs)}, ${duration(laterMs - acceptedAtMs)} after the event was accepted`;
}

/** With milliseconds, because the order of two moments is the point. */
function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 23)} UTC`;
}

function typesOf(types: readonly string[]): string {
  const shown = types.slice(0, SHOWN_TYPES).join(', ');
  const others = types.length - SHOWN_TYPES;
  return others > 0 ? `${shown} and ${others} more` : shown;
}
