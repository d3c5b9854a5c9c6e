import type { ListedSubscriptionAnswer, SubscriptionPage } from '../api/generated';

export interface Audience {
  /** Active ones: they get it at once. */
  readonly getting: readonly ListedSubscriptionAnswer[];
  /** Paused ones: their deliveries wait. */
  readonly holding: readonly ListedSubscriptionAnswer[];
  readonly others: readonly { readonly subscription: ListedSubscriptionAnswer; readonly why: string }[];
  /** Whether more want it than the answer shows. */
  readonly isCut: boolean;
}

interface Asked {
  /** Those that want the type, as the API says, in any state. */
  readonly wanting: SubscriptionPage;
  readonly all: readonly ListedSubscriptionAnswer[];
  /** Id of the only one that is to get it; empty for all. */
  readonly to: string;
}

/** Types that a reason names. */
const MAX_TYPES = 3;

/** Sorts subscriptions by what publishing would do now. */
export function audienceOf({ wanting, all, to }: Asked): Audience {
  const isAsked = ({ id }: ListedSubscriptionAnswer): boolean => to === '' || id === to;
  const ids = new Set(wanting.data.map(({ id }) => id));
  const wanted = wanting.data.filter(isAsked);
  const disabled = wanted.filter(({ state }) => state === 'disabled');
  const unwilling = all.filter((each) => isAsked(each) && !ids.has(each.id));
  return {
    getting: wanted.filter(({ state }) => state === 'active'),
    holding: wanted.filter(({ state }) => state === 'paused'),
    others: [
      ...disabled.map((subscription) => ({ subscription, why: `disabled. ${subscription.health.summary}` })),
      // Beyond what fits an answer, nothing is known.
      ...(wanting.has_more ? [] : unwilling).map((subscription) => ({ subscription, why: wantsOnly(subscription) })),
    ],
    isCut: wanting.has_more && to === '',
  };
}

function wantsOnly({ event_types: types }: ListedSubscriptionAnswer): string {
  const more = types.length - MAX_TYPES;
  return `wants only ${types.slice(0, MAX_TYPES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
