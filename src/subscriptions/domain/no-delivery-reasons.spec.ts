import { noDeliveries } from './no-deliveries.js';
import { noDeliveryReason, type PastEvent, type SubscriptionPast } from './no-delivery-reasons.js';

const ACCEPTED = Date.UTC(2026, 10, 3, 14, 5, 10, 500);
const SETTLING_MS = 15_000;
const HOUR_MS = 3_600_000;
const SUB = 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n';
const PUBLISH = `POST /ingest/${SUB} with the payload of the event publishes to it`;

const EVENT: PastEvent = { eventType: 'order.created', acceptedAtMs: ACCEPTED, addressing: 'all', addressedTo: null };

interface Given {
  readonly event?: Partial<PastEvent>;
  readonly past?: Partial<Omit<SubscriptionPast, 'then'>>;
  readonly then?: Partial<NonNullable<SubscriptionPast['then']>> | null;
}

/** A subscription that has wanted `user.*` since it was created, a day before the event. */
function explain({ event = {}, past = {}, then = {} }: Given): { code: string; detail: string } {
  const types = { state: 'active', eventTypes: ['user.*'] } as const;
  const version = { validFromMs: ACCEPTED - 24 * HOUR_MS, ...types, ...then };
  const whole = { id: SUB, createdAtMs: ACCEPTED - 24 * HOUR_MS, changedAtMs: null, now: types, ...past };
  return noDeliveryReason({ ...EVENT, ...event }, { ...whole, then: then === null ? null : version }, SETTLING_MS);
}

const WANTING = { state: 'active', eventTypes: ['order.*'] } as const;
const DELETED = { state: 'deleted', eventTypes: ['user.*'] } as const;

describe('the reason why a subscription got no delivery of an event', () => {
  it.each<[string, Given, string, string]>([
    [
      'to another subscription only',
      { event: { addressing: 'one', addressedTo: 'sub_other' } },
      'published_to_one',
      'The event was published to sub_other only; POST /webhooks/order.created publishes to all that want the type.',
    ],
    [
      'as a test of another',
      { event: { addressing: 'test', addressedTo: null } },
      'published_to_one',
      'It was a test event for another subscription only.',
    ],
    [
      'before it existed',
      { past: { createdAtMs: ACCEPTED + 12_000, now: WANTING }, then: null },
      'created_later',
      `It was created at 14:05:22 UTC, 12 s after the event was accepted; ${PUBLISH}.`,
    ],
    [
      'before it existed, and it is gone again',
      { past: { createdAtMs: ACCEPTED + 3 * HOUR_MS, now: DELETED }, then: null },
      'created_later',
      'It was created at 17:05:10 UTC, 3 h after the event was accepted; it has been deleted since.',
    ],
    [
      'after it was deleted',
      { then: DELETED, past: { now: DELETED } },
      'subscription_deleted',
      'It had been deleted on 2 Nov at 14:05:10 UTC; create another one if its receiver still needs events.',
    ],
    [
      'while it was disabled, as it is now',
      { then: { ...WANTING, state: 'disabled' }, past: { now: { ...WANTING, state: 'disabled' } } },
      'subscription_disabled',
      `It was disabled, since its receiver had answered 410 on 2 Nov at 14:05:10 UTC; set its state to "active" with PATCH /subscriptions/${SUB}.`,
    ],
    [
      'while it was disabled',
      { then: { ...WANTING, state: 'disabled' }, past: { now: WANTING } },
      'subscription_disabled',
      `It was disabled, since its receiver had answered 410 on 2 Nov at 14:05:10 UTC; ${PUBLISH}.`,
    ],
    [
      'of a type that it does not want',
      {},
      'type_not_subscribed',
      `It wanted only user.*; add order.created to its event_types with PATCH /subscriptions/${SUB}.`,
    ],
    [
      'of a type that is not among the many that it wants',
      { then: { eventTypes: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] } },
      'type_not_subscribed',
      `It wanted only a, b, c, d, e and 2 more; add order.created to its event_types with PATCH /subscriptions/${SUB}.`,
    ],
    [
      'of a type that it did not want before it was deleted',
      { past: { now: DELETED } },
      'type_not_subscribed',
      'It wanted only user.*, and has been deleted since.',
    ],
    [
      'of a type that it wants only now',
      { past: { now: WANTING, changedAtMs: ACCEPTED + 1 } },
      'changed_later',
      `It wanted only user.* at that time, and wants order.created since a later change; ${PUBLISH}.`,
    ],
    [
      'of a type that it did not want, to nobody knows whom',
      { event: { addressing: null } },
      'type_not_subscribed',
      `It wanted only user.*; add order.created to its event_types with PATCH /subscriptions/${SUB}.`,
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
      `What it wanted at that time was not recorded; to have it get order.created from now on, add that to its event_types with PATCH /subscriptions/${SUB}.`,
    ],
    [
      'before its versions were recorded, and it wants the type now',
      { then: null, past: { now: WANTING } },
      'not_recorded',
      `What it wanted at that time was not recorded; it wants order.created now, and ${PUBLISH}.`,
    ],
    [
      'before its versions were recorded, and it is deleted',
      { then: null, past: { now: DELETED } },
      'not_recorded',
      'What it wanted at that time was not recorded; it has been deleted since.',
    ],
    [
      'by a process that had not heard of a change',
      { then: { ...WANTING, validFromMs: ACCEPTED - 400 }, past: { now: WANTING } },
      'changed_meanwhile',
      `It has wanted order.created since 14:05:10.100 UTC, 400 ms before the event was accepted at 14:05:10.500 UTC by a process that had not heard of that change yet; ${PUBLISH}.`,
    ],
    [
      'that was being written when it changed',
      { then: WANTING, past: { changedAtMs: ACCEPTED + 10_000, now: DELETED } },
      'changed_meanwhile',
      'It changed at 14:05:20.500 UTC, while the event that was accepted at 14:05:10.500 UTC was being written; it has been deleted since.',
    ],
    [
      'although it should have',
      { then: { ...WANTING, state: 'paused' }, past: { changedAtMs: ACCEPTED + SETTLING_MS + 1, now: DELETED } },
      'unexplained',
      'It wanted order.created when the event was accepted, so it should have got a delivery; please report this with the id of the event.',
    ],
  ])('published %s', (_, given, code, detail) => {
    expect(explain(given)).toEqual({ code, detail });
  });

  it.each([
    [15_000, 'changed_meanwhile'],
    [15_001, 'unexplained'],
  ])('is, %i ms after a change, %s', (ms, code) => {
    expect(explain({ then: { ...WANTING, validFromMs: ACCEPTED - ms } }).code).toBe(code);
  });
});

describe('the warning to the publisher of an event that reached nobody', () => {
  it.each([
    ['type_not_subscribed', { state: 'active', eventTypes: ['user.*'] }, 'type_not_subscribed'],
    ['type_not_subscribed', { state: 'paused', eventTypes: ['user.*'] }, 'type_not_subscribed'],
    ['subscriptions_disabled', { state: 'disabled', eventTypes: ['order.*'] }, 'subscription_disabled'],
  ] as const)('is %s where the reason of the only subscription, %j, is %s', (warning, now, reason) => {
    const isDisabled = now.state === 'disabled';
    const types = {
      wanted: isDisabled ? [] : now.eventTypes,
      disabled: isDisabled ? now.eventTypes : [],
      isCut: false,
    };
    expect(noDeliveries('order.created', types, true).code).toBe(warning);
    expect(explain({ then: now, past: { now } }).code).toBe(reason);
  });
});
