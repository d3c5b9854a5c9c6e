/** `state` as stored. */
export const SUBSCRIPTION_STATE = { active: 0, paused: 1, disabled: 2, deleted: 3 } as const;
export type SubscriptionState = keyof typeof SUBSCRIPTION_STATE;

/** Why the service disabled a subscription. */
export type DisabledReason = 'gone';

/** @throws RangeError for a number that is no state. */
export function stateFrom(number: number): SubscriptionState {
  for (const [state, stored] of Object.entries(SUBSCRIPTION_STATE)) {
    if (stored === number) return state as SubscriptionState;
  }
  throw new RangeError(`${number} is no state of a subscription`);
}
