/** States by their stored numbers, which must not change. */
export const SUBSCRIPTION_STATE = { active: 0, paused: 1, disabled: 2, deleted: 3 } as const;
export type SubscriptionState = keyof typeof SUBSCRIPTION_STATE;

/** Reasons why the service disables a subscription. */
export const DISABLED_REASONS = ['gone'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** @throws RangeError if the number is not a state */
export function stateFrom(number: number): SubscriptionState {
  for (const [state, stored] of Object.entries(SUBSCRIPTION_STATE)) {
    if (stored === number) return state as SubscriptionState;
  }
  throw new RangeError(`${number} is not a subscription state`);
}
