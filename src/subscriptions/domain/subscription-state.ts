/** States by their stored numbers, which must not change. */
export const SUBSCRIPTION_STATE = { active: 0, paused: 1, disabled: 2, deleted: 3 } as const;
export type SubscriptionState = keyof typeof SUBSCRIPTION_STATE;

/** Reason why the service disabled a subscription. */
export type DisabledReason = 'gone';

/** @throws RangeError if the number is not a state */
export function stateFrom(number: number): SubscriptionState {
  for (const [state, stored] of Object.entries(SUBSCRIPTION_STATE)) {
    if (stored === number) return state as SubscriptionState;
  }
  throw new RangeError(`${number} is not a subscription state`);
}
