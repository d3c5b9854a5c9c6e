import { noDeliveries } from './no-deliveries.js';
import {
  noDeliveryReason,
  type PastEvent,
  type SubscriptionPast,
  type SubscriptionVersion,
} from './no-delivery-reasons.js';

const ACCEPTED = Date.UTC(2026, 10, 3, 14, 5, 10, 500);
const SETTLING_MS = 15_000;
const HOUR_MS = 3_600_000;
const SUB = 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n';
const PUBLISH = `publish the event again with POST /ingest/${SUB} and X-Event-Type: order.created`;
const PATCH = `with PATCH /subscriptions/${SUB}`;
const ADD = `add order.created to its event_types ${PATCH}`;
const ACTIVATE = `set its state to "active" ${PATCH}`;
const ADD_AND_ACTIVATE = `add order.created to its event_types and set its state to "active" ${PATCH}`;

const EVENT: PastEvent = { eventType: 'order.created', acceptedAtMs: ACCEPTED, addressing: 'all', addressedTo: null };

interface Given {
  readonly event?: Partial<PastEvent>;
  readonly createdAtMs?: number;
  readonly now?: Partial<SubscriptionPast['now']>;
  /** The version that was valid when the event was accepted; null if none was recorded. */
  readonly then?: Partial<SubscriptionVersion> | null;
  /** Instead of `then`: versions, with the times in milliseconds after the event. */
  readonly versions?: readonly (readonly [number, Pick<SubscriptionVersion, 'state' | 'eventTypes'>])[];
}

/** A subscription that has wanted `user.*` since it was created, a day before the event. */
function explain({ event = {}, createdAtMs, now = {}, then = {}, versions }: Given): { code: string; detail: string } {
  const dayBefore = ACCEPTED - 24 * HOUR_MS;
  const types = { state: 'active', eventTypes: ['user.*'] } as const;
  const known = then === null ? [] : [{ validFromMs: dayBefore, ...types, ...then }];
  const given = versions?.map(([ms, version]) => ({ ...version, validFromMs: ACCEPTED + ms }));
  const past = {
    id: SUB,
    createdAtMs: createdAtMs ?? dayBefore,
    versions: given ?? known,
    now: { ...types, verifiesIngest: false, ...now },
  };
  return noDeliveryReason({ ...EVENT, ...event }, past, SETTLING_MS);
}

const WANTING = { state: 'active', eventTypes: ['order.*'] } as const;
const UNWANTING = { state: 'active', eventTypes: ['user.*'] } as const;
const PAUSED = { ...WANTING, state: 'paused' } as const;
const DISABLED = { ...WANTING, state: 'disabled' } as const;
const DELETED = { state: 'deleted', eventTypes: ['user.*'] } as const;

describe('the reason why a subscription got no delivery of an event', () => {
  it.each<[string, Given, string, string]>([
    [
      'to another subscription only',
      { event: { addressing: 'one', addressedTo: 'sub_other' }, now: WANTING },
      'published_to_one',
      `The event was published to sub_other only; to send it to this subscription, too, ${PUBLISH}.`,
    ],
    [
      'to another subscription only, of a type that it does not want',
      { event: { addressing: 'one', addressedTo: null } },
      'published_to_one',
      `The event was published to another subscription only; to send it to this subscription, too, ${ADD}, then ${PUBLISH}.`,
    ],
    [
      'to another subscription only, and it is deleted by now',
      { event: { addressing: 'one', addressedTo: 'sub_other' }, now: DELETED },
      'published_to_one',
      'The event was published to sub_other only; this subscription has been deleted since.',
    ],
    [
      'as a test of another',
      { event: { addressing: 'test', addressedTo: null } },
      'published_to_one',
      'It was a test event for another subscription only.',
    ],
    [
      'before it existed',
      { createdAtMs: ACCEPTED + 12_000, now: WANTING, then: null },
      'created_later',
      `It was created at 14:05:22 UTC, 12 s after the event was accepted; ${PUBLISH}.`,
    ],
    [
      'a moment before it existed',
      { createdAtMs: ACCEPTED + 20, now: WANTING, then: null },
      'created_later',
      `It was created at 14:05:10 UTC, 20 ms after the event was accepted; ${PUBLISH}.`,
    ],
    [
      'before it existed, of a type that it does not want',
      { createdAtMs: ACCEPTED + 12_000, then: null },
      'created_later',
      `It was created at 14:05:22 UTC, 12 s after the event was accepted; ${ADD}, then ${PUBLISH}.`,
    ],
    [
      'before it existed, and it takes signed events only',
      { createdAtMs: ACCEPTED + 12_000, now: { ...WANTING, verifiesIngest: true }, then: null },
      'created_later',
      `It was created at 14:05:22 UTC, 12 s after the event was accepted; publish the event again with POST /ingest/${SUB}, X-Event-Type: order.created and X-Signature-256.`,
    ],
    [
      'before it existed, and it is gone again',
      { createdAtMs: ACCEPTED + 3 * HOUR_MS, now: DELETED, then: null },
      'created_later',
      'It was created at 17:05:10 UTC, 3 h after the event was accepted; it has been deleted since.',
    ],
    [
      'after it was deleted',
      { then: DELETED, now: DELETED },
      'subscription_deleted',
      'It had been deleted on 2 Nov at 14:05:10 UTC; create another one if its receiver still needs events.',
    ],
    [
      'while it was disabled, as it is now',
      { then: DISABLED, now: DISABLED },
      'subscription_disabled',
      `It was disabled because its receiver answered 410; ${ACTIVATE}, then ${PUBLISH}.`,
    ],
    [
      'while it was disabled',
      { then: DISABLED, now: WANTING },
      'subscription_disabled',
      `It was disabled because its receiver answered 410; ${PUBLISH}.`,
    ],
    [
      'while it was disabled for its failures',
      { then: { ...DISABLED, disabledReason: 'failing' }, now: WANTING },
      'subscription_disabled',
      `It was disabled because all attempts had failed for days; ${PUBLISH}.`,
    ],
    [
      'while it was disabled, of a type that it does not want any more',
      { then: DISABLED },
      'subscription_disabled',
      `It was disabled because its receiver answered 410; ${ADD}, then ${PUBLISH}.`,
    ],
    [
      'while it was disabled, and it is deleted by now',
      { then: DISABLED, now: DELETED },
      'subscription_disabled',
      'It was disabled because its receiver answered 410; it has been deleted since.',
    ],
    [
      'while it was disabled, of a type that it did not want either',
      { then: { ...DISABLED, eventTypes: ['user.*'] }, now: { state: 'disabled' } },
      'type_not_subscribed',
      `It wanted only user.*; ${ADD_AND_ACTIVATE}.`,
    ],
    ['of a type that it does not want', {}, 'type_not_subscribed', `It wanted only user.*; ${ADD}.`],
    [
      'of a type that is not among the many that it wants',
      { then: { eventTypes: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] } },
      'type_not_subscribed',
      `It wanted only a, b, c, d, e and 2 more; ${ADD}.`,
    ],
    [
      'of a type that it did not want before it was deleted',
      { now: DELETED },
      'type_not_subscribed',
      'It wanted only user.*, and has been deleted since.',
    ],
    [
      'of a type that it wants only now',
      { now: WANTING },
      'changed_later',
      `At that time it wanted only user.*; it has wanted order.created since a later change; ${PUBLISH}.`,
    ],
    [
      'of a type that it wants only now, while it is disabled',
      { now: DISABLED },
      'changed_later',
      `At that time it wanted only user.*; it has wanted order.created since a later change; ${ACTIVATE}, then ${PUBLISH}.`,
    ],
    [
      'of a type that it did not want, to nobody knows whom',
      { event: { addressing: null } },
      'type_not_subscribed',
      `It wanted only user.*; ${ADD}.`,
    ],
    [
      'of a type that it wanted, to nobody knows whom',
      { event: { addressing: null }, then: WANTING },
      'not_recorded',
      'It wanted order.created, but whether the event was published to all or to another subscription only was not recorded.',
    ],
    [
      'before its versions were recorded',
      { then: null },
      'not_recorded',
      `What it wanted at that time was not recorded; to have it get order.created from now on, ${ADD}.`,
    ],
    [
      'before its versions were recorded, and it is disabled now',
      { then: null, now: DISABLED },
      'not_recorded',
      `What it wanted at that time was not recorded; to have it get order.created from now on, ${ACTIVATE}.`,
    ],
    [
      'before its versions were recorded, and it wants the type now',
      { then: null, now: WANTING },
      'not_recorded',
      `What it wanted at that time was not recorded; it wants order.created now, so ${PUBLISH}.`,
    ],
    [
      'before its versions were recorded, and it is deleted',
      { then: null, now: DELETED },
      'not_recorded',
      'What it wanted at that time was not recorded; it has been deleted since.',
    ],
    [
      'a moment after its versions began to be recorded',
      { versions: [[-400, WANTING]], now: WANTING },
      'not_recorded',
      `It wanted order.created when the event was accepted; what it wanted 400 ms earlier was not recorded; ${PUBLISH}.`,
    ],
  ])('published %s', (_, given, code, detail) => {
    expect(explain(given)).toEqual({ code, detail });
  });
});

describe('the reason why a subscription that wanted an event got no delivery', () => {
  const STALE = 'before the event was accepted at 14:05:10.500 UTC by a process that had not heard of that change yet';
  const WRITTEN = 'while the event that was accepted at 14:05:10.500 UTC was being written';

  it.each<[string, Given, string]>([
    [
      'it had not wanted the type for long',
      { versions: [[-HOUR_MS, UNWANTING], [-400, WANTING]], now: WANTING }, // prettier-ignore
      `It has wanted order.created since 14:05:10.100 UTC, 400 ms ${STALE}; ${PUBLISH}.`,
    ],
    [
      'it had been disabled until shortly before, and was paused since',
      { versions: [[-HOUR_MS, DISABLED], [-8000, WANTING], [-10, PAUSED]], now: PAUSED }, // prettier-ignore
      `It was disabled until 14:05:02.500 UTC, 8 s ${STALE}; ${PUBLISH}.`,
    ],
    [
      'it was created shortly before',
      { createdAtMs: ACCEPTED - 1500, versions: [[-1500, WANTING]], now: DISABLED },
      `It was created at 14:05:09.000 UTC, 1.5 s ${STALE}; ${ACTIVATE}, then ${PUBLISH}.`,
    ],
    [
      'it was deleted shortly after',
      { versions: [[-HOUR_MS, WANTING], [10_000, DELETED]], now: DELETED }, // prettier-ignore
      `It was deleted at 14:05:20.500 UTC, ${WRITTEN}.`,
    ],
    [
      'it was disabled shortly after, and is active again',
      { versions: [[-HOUR_MS, WANTING], [5, PAUSED], [10, DISABLED], [20, WANTING]], now: WANTING }, // prettier-ignore
      `It was disabled at 14:05:10.510 UTC, ${WRITTEN}; ${PUBLISH}.`,
    ],
    [
      'it stopped wanting the type shortly after',
      { versions: [[-HOUR_MS, WANTING], [10, UNWANTING]], now: UNWANTING }, // prettier-ignore
      `It stopped wanting order.created at 14:05:10.510 UTC, ${WRITTEN}; ${ADD}, then ${PUBLISH}.`,
    ],
  ])('is that %s', (_, given, detail) => {
    expect(explain(given)).toEqual({ code: 'changed_meanwhile', detail });
  });

  it.each<[string, Given]>([
    ['it had paused and resumed', { versions: [[-HOUR_MS, WANTING], [-9000, PAUSED], [-8000, WANTING]] }], // prettier-ignore
    [
      'it had got another type, but wanted this one as before',
      { versions: [[-HOUR_MS, WANTING], [-8000, { ...WANTING, eventTypes: ['order.*', 'a'] }]] }, // prettier-ignore
    ],
    [
      'it got another type shortly after',
      { versions: [[-HOUR_MS, WANTING], [14_000, { ...WANTING, eventTypes: ['order.*', 'a'] }]] }, // prettier-ignore
    ],
    ['it was paused shortly after', { versions: [[-HOUR_MS, WANTING], [10, PAUSED]] }], // prettier-ignore
    ['it has been deleted long since', { versions: [[-HOUR_MS, PAUSED]], now: DELETED }],
  ])('is unknown, although %s', (_, given) => {
    expect(explain({ now: WANTING, ...given })).toEqual({
      code: 'unexplained',
      detail:
        'It wanted order.created when the event was accepted, so it should have got a delivery; please report this with the id of the event.',
    });
  });

  it.each([
    [-15_000, 'changed_meanwhile'],
    [-15_001, 'unexplained'],
  ])('is, with a change %i ms after the event that made it want the type, %s', (ms, code) => {
    expect(explain({ versions: [[-HOUR_MS, UNWANTING], [ms, WANTING]] }).code).toBe(code); // prettier-ignore
  });

  it.each([
    [15_000, 'changed_meanwhile'],
    [15_001, 'unexplained'],
  ])('is, with a change %i ms after the event that made it not want the type, %s', (ms, code) => {
    expect(explain({ versions: [[-HOUR_MS, WANTING], [ms, UNWANTING]] }).code).toBe(code); // prettier-ignore
  });
});

describe('the warning to the publisher of an event that reached nobody', () => {
  it.each([
    ['type_not_subscribed', { state: 'active', eventTypes: ['user.*'] }, 'type_not_subscribed'],
    ['type_not_subscribed', { state: 'paused', eventTypes: ['user.*'] }, 'type_not_subscribed'],
    ['type_not_subscribed', { state: 'disabled', eventTypes: ['user.*'] }, 'type_not_subscribed'],
    ['subscriptions_disabled', { state: 'disabled', eventTypes: ['order.*'] }, 'subscription_disabled'],
  ] as const)('is %s where the reason of the only subscription, %j, is %s', (warning, now, reason) => {
    const isDisabled = now.state === 'disabled';
    const types = {
      wanted: isDisabled ? [] : now.eventTypes,
      disabled: isDisabled ? now.eventTypes : [],
      isCut: false,
    };
    expect(noDeliveries('order.created', types, true).code).toBe(warning);
    expect(explain({ then: now, now }).code).toBe(reason);
  });
});
