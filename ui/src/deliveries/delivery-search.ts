import type { DeliveryFilters } from '../api/queries';

/** Filters as they stand in the URL: the names and forms of the API. */
export const FILTER_NAMES = [
  'status',
  'event_type',
  'subscription_id',
  'status_code',
  'error_code',
  'tag',
  'event_id',
  'idempotency_key',
  'replay_id',
  'target_host',
  'since',
  'until',
] as const;

export type FilterName = (typeof FILTER_NAMES)[number];

/** The state of the screen, all of it in the URL. */
export type DeliverySearch = Partial<Record<FilterName, string>> & {
  /** Where the list starts: a cursor of the API. The newest delivery if there is none. */
  readonly cursor?: string;
};

export type DrawerTab = 'attempts' | 'payload' | 'event' | 'json';
export const DRAWER_TABS: readonly DrawerTab[] = ['attempts', 'payload', 'event', 'json'];

/** Reads what a URL says. Parameters that the screen does not know are left out. */
export function readDeliverySearch(given: Record<string, unknown>): DeliverySearch {
  return readSearch(given, SEARCH_NAMES);
}

const SEARCH_NAMES = [...FILTER_NAMES, 'cursor'] as const;

/** The parameters of a URL that have one of these names, and a value. */
export function readSearch<Name extends string>(
  given: Record<string, unknown>,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const known = names.flatMap((name) => {
    const value = given[name];
    return typeof value === 'string' && value !== '' ? [[name, value]] : [];
  });
  return Object.fromEntries(known) as Partial<Record<Name, string>>;
}

export interface DrawerSearch {
  readonly tab?: DrawerTab;
  /** Numbers of the two attempts that are compared: `1,3`. */
  readonly compare?: string;
}

export function readDrawerSearch({ tab, compare }: Record<string, unknown>): DrawerSearch {
  const known = DRAWER_TABS.find((each) => each === tab);
  const isPair = typeof compare === 'string' && /^\d{1,4},\d{1,4}$/.test(compare);
  return { ...(known !== undefined && known !== 'attempts' && { tab: known }), ...(isPair && { compare }) };
}

/** What the API is asked for. It judges the values, and its refusal is shown. */
export function filtersOf(search: DeliverySearch): DeliveryFilters {
  const entries = FILTER_NAMES.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]]));
  return Object.fromEntries(entries) as DeliveryFilters;
}

export function hasFilters(search: DeliverySearch): boolean {
  return FILTER_NAMES.some((name) => search[name] !== undefined);
}
