/** States by their stored numbers, which must not change. */
export const SUBSCRIPTION_STATE = { active: 0, paused: 1, disabled: 2, deleted: 3 } as const;
export type SubscriptionState = keyof typeof SUBSCRIPTION_STATE;

/** Reasons why the service disables a subscription. */
export const DISABLED_REASONS = ['gone', 'failing'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** Why a subscription was disabled, as a clause after "because". @param reason may be one of a later version */
export function whyDisabled(reason: string | null): string {
  return reason === 'failing' ? 'all attempts had failed for days' : 'its receiver answered 410';
}

/** @throws RangeError if the number is not a state */
export function stateFrom(number: number): SubscriptionState {
  for (const [state, stored] of Object.entries(SUBSCRIPTION_STATE)) {
    if (stored === number) return state as SubscriptionState;
  }
  throw new RangeError(`${number} is not a subscription state`);
}
