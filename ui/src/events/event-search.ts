import { FILTER_NAMES, type FilterName } from '../deliveries/delivery-search';
import { knownSearch } from '../lib/known-search';

export type EventFilterName = FilterName | 'deliveries';

/** The state of the list of events, all of it in the URL, named as in the API. */
export type EventSearch = Partial<Record<EventFilterName, string>> & {
  /** Where the list starts: a cursor of the API. The newest event if there is none. */
  readonly cursor?: string;
};

/** The state of an open event. */
export interface EventDrawerSearch {
  readonly tab?: 'payload' | 'json';
  /** Shows the payload as it was published, and not as a tree. */
  readonly view?: 'raw';
}

const EVENT_FILTER_NAMES: readonly EventFilterName[] = ['deliveries', ...FILTER_NAMES];

/** Reads what a URL says. Parameters that the screen does not know are left out. */
export function readEventSearch(given: Record<string, unknown>): EventSearch {
  return knownSearch(given, [...EVENT_FILTER_NAMES, 'cursor']);
}

export function readEventDrawerSearch({ tab, view }: Record<string, unknown>): EventDrawerSearch {
  return { ...(tab === 'payload' || tab === 'json' ? { tab } : {}), ...(view === 'raw' && { view }) };
}

/** What the API is asked for. It judges the values, and its refusal is shown. */
export function eventFiltersOf(search: EventSearch): Partial<Record<EventFilterName, string>> {
  return knownSearch(search, EVENT_FILTER_NAMES);
}
