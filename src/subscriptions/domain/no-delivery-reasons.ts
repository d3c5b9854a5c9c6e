import { atTime, duration, sentence } from '../../shared/domain/in-words.js';
import { isOperational, OPERATIONAL_PREFIX, wants } from './event-type-pattern.js';
import { type SubscriptionState, whyDisabled } from './subscription-state.js';

/**
 * Why a subscription got no delivery of an event. New codes may be added; the meaning of a code never changes. The
 * codes that `noDeliveries` warns of at publication say the same of all subscriptions together.
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
  /** Why the service disabled it, if it did. */
  readonly disabledReason?: string | null;
}

/** A subscription around the time of an event, and at present. */
export interface SubscriptionPast {
  /** Public id. */
  readonly id: string;
  readonly createdAtMs: number;
  /**
   * In order of time: the version that was valid when the event was accepted, and others that were valid within the
   * settling time before and after it. The first is later than the event, or there is none, if none was recorded then.
   */
  readonly versions: readonly SubscriptionVersion[];
  readonly now: SubscriptionNow;
}

interface SubscriptionNow extends Pick<SubscriptionVersion, 'eventTypes' | 'state'> {
  /** Whether it takes signed events only. */
  readonly verifiesIngest: boolean;
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
 * @param settlingMs how long after a change an event may still be accepted or written as if it had not happened
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
  const { versions, createdAtMs } = past;
  if (addressing === 'one' || addressing === 'test') return publishedToOne(event, past, addressing);
  if (createdAtMs > acceptedAtMs) {
    const clause = `it was created ${after(createdAtMs, acceptedAtMs)}; ${publishAgain(event, past)}`;
    return { code: 'created_later', clause };
  }
  const then = versions.findLast(({ validFromMs }) => validFromMs <= acceptedAtMs);
  if (then === undefined) {
    const clause = `what it wanted at that time was not recorded; ${wantedNow(event, past)}`;
    return { code: 'not_recorded', clause };
  }
  if (then.state === 'deleted') {
    const clause = `it had been deleted ${atTime(then.validFromMs, acceptedAtMs)}; create another one if its receiver still needs events`;
    return { code: 'subscription_deleted', clause };
  }
  // Its state does not matter before it wants the type: the warning to the publisher looks at them in this order, too.
  if (!wants(then.eventTypes, eventType)) return notWanted(event, past, then);
  if (then.state === 'disabled') {
    const clause = `it was disabled because ${whyDisabled(then.disabledReason ?? null)}; ${publishAgain(event, past)}`;
    return { code: 'subscription_disabled', clause };
  }
  return wanted(event, past, settlingMs);
}

function publishedToOne(event: PastEvent, past: SubscriptionPast, addressing: 'one' | 'test'): Reason {
  const target = event.addressedTo ?? 'another subscription';
  if (addressing === 'test') return { code: 'published_to_one', clause: `it was a test event for ${target} only` };
  const isDeleted = past.now.state === 'deleted';
  if (isOperational(event.eventType)) return { code: 'published_to_one', clause: `the event was published to ${target} only` }; // prettier-ignore
  const more = isDeleted ? 'this subscription has been deleted since' : `to send it to this subscription, too, ${publishAgain(event, past)}`; // prettier-ignore
  return { code: 'published_to_one', clause: `the event was published to ${target} only; ${more}` };
}

function notWanted(event: PastEvent, past: SubscriptionPast, then: SubscriptionVersion): Reason {
  const { eventType } = event;
  const isLeftOut = isOperational(eventType) && then.eventTypes.includes('*');
  const only = `it wanted only ${typesOf(then.eventTypes)}${isLeftOut ? `, and "*" does not include ${OPERATIONAL_PREFIX}*` : ''}`; // prettier-ignore
  if (past.now.state === 'deleted') {
    return { code: 'type_not_subscribed', clause: `${only}, and has been deleted since` };
  }
  if (wants(past.now.eventTypes, eventType)) {
    const clause = `at that time ${only}; it has wanted ${eventType} since a later change; ${publishAgain(event, past)}`;
    return { code: 'changed_later', clause };
  }
  return { code: 'type_not_subscribed', clause: `${only}; ${patchOf(event, past) ?? ''}` };
}

/** It wanted the type, and was active or paused. */
function wanted(event: PastEvent, past: SubscriptionPast, settlingMs: number): Reason {
  const { eventType, acceptedAtMs, addressing } = event;
  if (addressing === null) {
    const clause = `it wanted ${eventType}, but whether the event was published to all or to another subscription only was not recorded`;
    return { code: 'not_recorded', clause };
  }
  const excuse = staleness(event, past, settlingMs) ?? changeDuringWrite(event, past, settlingMs);
  if (excuse !== null) return { code: 'changed_meanwhile', clause: excuse };
  const recordedMs = acceptedAtMs - (past.versions[0]?.validFromMs ?? acceptedAtMs);
  if (recordedMs <= settlingMs) {
    const clause = `it wanted ${eventType} when the event was accepted; what it wanted ${duration(recordedMs)} earlier was not recorded; ${publishAgain(event, past)}`;
    return { code: 'not_recorded', clause };
  }
  const clause = `it wanted ${eventType} when the event was accepted, so it should have got a delivery; please report this with the id of the event`;
  return { code: 'unexplained', clause };
}

/**
 * Says since when it would get the event, if a process that lags behind could still have known it as it was before.
 * Null if it would have got the event in each of its versions of the settling time.
 */
function staleness(event: PastEvent, past: SubscriptionPast, settlingMs: number): string | null {
  const { eventType, acceptedAtMs } = event;
  const known = past.versions.filter(({ validFromMs }) => validFromMs <= acceptedAtMs);
  const last = known.findLastIndex((version) => !gets(version, eventType));
  const version = known[last];
  const changedAtMs = last === -1 ? past.createdAtMs : known[last + 1]?.validFromMs;
  if (changedAtMs === undefined || acceptedAtMs - changedAtMs > settlingMs) return null;
  const time = timeOf(changedAtMs);
  const since = version === undefined ? `it was created at ${time}` : began(version, eventType, time);
  const lag = `${duration(acceptedAtMs - changedAtMs)} before the event was accepted at ${timeOf(acceptedAtMs)} by a process that had not heard of that change yet`;
  return `${since}, ${lag}; ${publishAgain(event, past)}`;
}

/** What the end of a version that would not get the event meant. */
function began({ state, eventTypes }: SubscriptionVersion, eventType: string, time: string): string {
  return wants(eventTypes, eventType) ? `it was ${state} until ${time}` : `it has wanted ${eventType} since ${time}`;
}

/** Says what changed while the event was being written, if it would not get the event from then on; null otherwise. */
function changeDuringWrite(event: PastEvent, past: SubscriptionPast, settlingMs: number): string | null {
  const { eventType, acceptedAtMs } = event;
  const version = past.versions.find((each) => each.validFromMs > acceptedAtMs && !gets(each, eventType));
  if (version === undefined || version.validFromMs - acceptedAtMs > settlingMs) return null;
  const { state, validFromMs } = version;
  const isOut = state === 'deleted' || state === 'disabled';
  const change = isOut ? `it was ${state} at` : `it stopped wanting ${eventType} at`;
  const meanwhile = `${change} ${timeOf(validFromMs)}, while the event that was accepted at ${timeOf(acceptedAtMs)} was being written`;
  return state === 'deleted' ? meanwhile : `${meanwhile}; ${publishAgain(event, past)}`;
}

/** Whether a version gets the events of a type that are published to all. A paused one gets them, and holds them. */
function gets({ state, eventTypes }: Pick<SubscriptionVersion, 'state' | 'eventTypes'>, eventType: string): boolean {
  return (state === 'active' || state === 'paused') && wants(eventTypes, eventType);
}

function wantedNow(event: PastEvent, past: SubscriptionPast): string {
  const { eventType } = event;
  if (past.now.state === 'deleted') return DELETED_SINCE;
  const patch = patchOf(event, past);
  if (patch === null) return `it wants ${eventType} now, so ${publishAgain(event, past)}`;
  return `to have it get ${eventType} from now on, ${patch}`;
}

const DELETED_SINCE = 'it has been deleted since';

/** The change after which it gets events of the type; null if it gets them already. */
function patchOf({ eventType }: PastEvent, { id, now }: SubscriptionPast): string | null {
  const changes = [
    ...(wants(now.eventTypes, eventType) ? [] : [`add ${eventType} to its event_types`]),
    ...(now.state === 'disabled' ? ['set its state to "active"'] : []),
  ];
  return changes.length === 0 ? null : `${changes.join(' and ')} with PATCH /subscriptions/${id}`;
}

/** How it gets the event after all: a publication to one needs the same type and state as one to all. */
function publishAgain(event: PastEvent, past: SubscriptionPast): string {
  const { id, now } = past;
  if (now.state === 'deleted') return DELETED_SINCE;
  const patch = patchOf(event, past);
  // Nobody but the service publishes those.
  if (isOperational(event.eventType)) return patch === null ? 'it gets the next one of this type' : `${patch} to get the next one of this type`; // prettier-ignore
  const type = `X-Event-Type: ${event.eventType}`;
  const headers = now.verifiesIngest ? `, ${type} and X-Signature-256` : ` and ${type}`;
  const publish = `publish the event again with POST /ingest/${id}${headers}`;
  return patch === null ? publish : `${patch}, then ${publish}`;
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
