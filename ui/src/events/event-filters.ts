import { type Filter, FILTERS } from '../deliveries/filters';
import type { EventFilterName } from './event-search';

/** All filters of the list: those on deliveries hold if one delivery of the event meets all of them. */
export const EVENT_FILTERS: readonly Filter<EventFilterName>[] = [
  { name: 'deliveries', label: 'Reached', kind: 'one', options: [{ value: '0', label: 'Nobody' }] },
  ...FILTERS,
];
