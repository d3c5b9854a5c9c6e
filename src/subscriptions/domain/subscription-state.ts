/** As stored; the order is part of the schema. */
const SUBSCRIPTION_STATES = ['active', 'paused', 'disabled', 'deleted'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

/** Why the service disabled a subscription. */
export type DisabledReason = 'gone';

export function stateNumber(state: SubscriptionState): number {
  return SUBSCRIPTION_STATES.indexOf(state);
}

/** @throws RangeError for a number that is no state. */
export function stateFrom(number: number): SubscriptionState {
  const state = SUBSCRIPTION_STATES[number];
  if (state === undefined) throw new RangeError(`${number} is no state of a subscription`);
  return state;
}
