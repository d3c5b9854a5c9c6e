import type { SubscriptionWithHealthAnswer } from '../api/generated';
import type { SubscriptionSearch } from './subscription-search';

/** What each part of a subscription's screen gets. */
export interface TabProps {
  readonly subscription: SubscriptionWithHealthAnswer;
  readonly search: SubscriptionSearch;
}
