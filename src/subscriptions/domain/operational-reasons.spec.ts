import { noDeliveryReason, type SubscriptionPast, type SubscriptionVersion } from './no-delivery-reasons.js';

const ACCEPTED = Date.UTC(2026, 10, 3, 14, 5, 10, 500);
const DAY_MS = 86_400_000;
const SETTLING_MS = 15_000;
const SUB = 'sub_01k6zv1yqpe7rtqq6zjy2k3m4n';
const PATCH = `with PATCH /subscriptions/${SUB}`;
const TYPE = 'webhooks.delivery.failed';

type Version = Pick<SubscriptionVersion, 'state' | 'eventTypes'>;

const ALL: Version = { state: 'active', eventTypes: ['*'] };
const ASKING: Version = { state: 'active', eventTypes: ['webhooks.*'] };
const DISABLED: Version = { state: 'disabled', eventTypes: ['webhooks.*'] };

/** @param then what the subscription was when the event was accepted; null if it was created 12 s later */
function explain(then: Version | null, now: Version, addressing: 'all' | 'one' = 'all') {
  const past: SubscriptionPast = {
    id: SUB,
    createdAtMs: then === null ? ACCEPTED + 12_000 : ACCEPTED - DAY_MS,
    versions: then === null ? [] : [{ ...then, validFromMs: ACCEPTED - DAY_MS }],
    now: { ...now, verifiesIngest: false },
  };
  const event = { eventType: TYPE, acceptedAtMs: ACCEPTED, addressing, addressedTo: null };
  return noDeliveryReason(event, past, SETTLING_MS);
}

describe('the reason why a subscription got no delivery of an operational event', () => {
  it('is that it did not ask for it, even if it wanted everything else', () => {
    expect(explain(ALL, ALL)).toEqual({
      code: 'type_not_subscribed',
      detail: `It wanted only *, and "*" does not include webhooks.*; add ${TYPE} to its event_types ${PATCH}.`,
    });
  });

  it.each([
    [
      null,
      ASKING,
      'It was created at 14:05:22 UTC, 12 s after the event was accepted; it gets the next one of this type.',
    ],
    [
      DISABLED,
      DISABLED,
      `It was disabled because its receiver answered 410; set its state to "active" ${PATCH} to get the next one of this type.`,
    ],
  ])('comes without the advice to publish it again, which nobody can (%#)', (then, now, detail) => {
    expect(explain(then, now).detail).toBe(detail);
  });

  it('is, for one that a client published before such types were reserved, whom it was for', () => {
    expect(explain(ASKING, ASKING, 'one').detail).toBe('The event was published to another subscription only.');
  });
});
