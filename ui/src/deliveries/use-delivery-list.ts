import { useMemo, useState } from 'react';
import type { DeliveryAnswer } from '../api/generated';
import { type DeliveryFilters, KEYS, readDeliveries } from '../api/queries';
import { type LiveList, type ListSource, useLiveList } from './use-live-list';

export type DeliveryList = LiveList<DeliveryAnswer>;

interface Options {
  readonly filters: DeliveryFilters;
  /** Where the list starts: null for the newest. */
  readonly start: string | null;
  /** Whether rows must stay where they are, because somebody reads or works on them. */
  readonly isHeld: boolean;
}

/** The deliveries that a filter lets through, live. */
export function useDeliveryList({ filters, start, isHeld }: Options): DeliveryList {
  const source = useMemo(
    (): ListSource<DeliveryAnswer> => ({
      pagesKey: KEYS.pages(filters, start),
      newestKey: KEYS.newest(filters),
      start,
      read: (cursor, signal) => readDeliveries(filters, cursor, signal),
    }),
    [filters, start],
  );
  return useLiveList(source, isHeld);
}

/** A value that keeps what it was at first. */
export function useAtFirst<T>(value: T): T {
  const [first] = useState(value);
  return first;
}
