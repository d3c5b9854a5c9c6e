/** States are stored by index, so the order must not change. */
const SUBSCRIPTION_STATES = ['active', 'paused', 'disabled', 'deleted'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

/** Reason why the service disabled a subscription. */
export type DisabledReason = 'gone';

export function stateNumber(state: SubscriptionState): number {
  return SUBSCRIPTION_STATES.indexOf(state);
}

/** @throws RangeError if the number is not a state */
export function stateFrom(number: number): SubscriptionState {
  const state = SUBSCRIPTION_STATES[number];
  if (state === undefined) throw new RangeError(`${number} is not a subscription state`);
  return state;
}
