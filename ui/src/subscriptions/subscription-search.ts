import { readRange, type RangeSearch } from '../plots/range';

/** Filters of the list, as the API names them. It judges their values, and its refusal is shown. */
export interface SubscriptionFilters {
  readonly search?: string;
  readonly state?: string;
  readonly event_type?: string;
}

/** The state of the list, all of it in the URL. */
export interface SubscriptionsSearch extends SubscriptionFilters {
  /** Where the list starts; the newest subscription if there is none. */
  readonly cursor?: string;
}

export const SUBSCRIPTION_TABS = ['overview', 'types', 'sending', 'security', 'test'] as const;
export type SubscriptionTab = (typeof SUBSCRIPTION_TABS)[number];

/** The state of one subscription's screen: its tab, and the range of its plots. */
export interface SubscriptionSearch extends RangeSearch {
  readonly tab?: SubscriptionTab;
  /** The language of the verifying code. */
  readonly language?: string;
}

export const NEW_STEPS = ['where', 'what', 'check'] as const;
export type NewStep = (typeof NEW_STEPS)[number];

/** The state of the screen that makes a subscription. */
export interface NewSearch {
  readonly step?: NewStep;
  /** The subscription, once it is made. */
  readonly id?: string;
}

const LIST_NAMES = ['search', 'state', 'event_type', 'cursor'] as const;

/*
 * Screens read the URL themselves, so that they work in every tree of routes, and the readers are loaded with them.
 */

export function readSubscriptionsSearch(given: Readonly<Record<string, unknown>>): SubscriptionsSearch {
  return Object.fromEntries(LIST_NAMES.flatMap((name) => (isText(given[name]) ? [[name, given[name]]] : [])));
}

export function readSubscriptionSearch(given: Readonly<Record<string, unknown>>): SubscriptionSearch {
  const tab = SUBSCRIPTION_TABS.find((each) => each === given.tab);
  return {
    ...readRange(given),
    ...(tab !== undefined && tab !== 'overview' && { tab }),
    ...(isText(given.language) && { language: given.language }),
  };
}

export function readNewSearch(given: Readonly<Record<string, unknown>>): NewSearch {
  const id = isText(given.id) ? given.id : undefined;
  const step = NEW_STEPS.find((each) => each === given.step);
  // There is nothing to check before it is made.
  const isReachable = step !== 'check' || id !== undefined;
  return { ...(step !== undefined && isReachable && { step }), ...(id !== undefined && { id }) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
