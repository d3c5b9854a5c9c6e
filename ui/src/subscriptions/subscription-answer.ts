import type { ListedSubscriptionAnswer, SubscriptionWithHealthAnswer } from '../api/generated';

/** A subscription with its health, from a list or read alone. */
export type SubscriptionAnswer = ListedSubscriptionAnswer | SubscriptionWithHealthAnswer;
