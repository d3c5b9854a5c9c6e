import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { DeliveryAnswer, DeliveryPage } from '../api/generated';
import { type DeliveryFilters, KEYS, readDeliveries } from '../api/queries';
import { type DeliveryPages, newRowsIn, rowsOf, withFreshRows, withNewest } from './merge-newest';

export interface DeliveryList {
  readonly rows: readonly DeliveryAnswer[];
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly retry: () => void;
  /** Deliveries that have come since, and are not shown yet. */
  readonly unseen: number;
  readonly showUnseen: () => void;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly loadOlder: () => void;
  readonly loadNewer: () => void;
}

interface Options {
  readonly filters: DeliveryFilters;
  /** Where the list starts: null for the newest. */
  readonly start: string | null;
  /** Whether rows must stay where they are, because somebody reads or works on them. */
  readonly isHeld: boolean;
}

/**
 * A list that is extended at both ends as it is scrolled. What comes meanwhile is put on top, or counted while the list
 * is held. Rows that changed change in place.
 */
export function useDeliveryList({ filters, start, isHeld }: Options): DeliveryList {
  const queryClient = useQueryClient();
  const key = KEYS.pages(filters, start);
  const list = useInfiniteQuery<DeliveryPage, Error, DeliveryPages, typeof key, string | null>({
    queryKey: key,
    initialPageParam: start,
    queryFn: ({ pageParam, signal }) => readDeliveries(filters, pageParam, signal),
    getNextPageParam: ({ next_cursor }) => next_cursor,
    getPreviousPageParam: ({ prev_cursor }) => prev_cursor,
    staleTime: Infinity,
    // Only what is newest is read again; the rest changes by messages.
    refetchOnMount: false,
  });
  const { data } = list;
  const startsAtNewest = data?.pages[0]?.prev_cursor === null;
  const { data: newest } = useQuery({
    queryKey: KEYS.newest(filters),
    queryFn: ({ signal }) => readDeliveries(filters, null, signal),
    enabled: data !== undefined && startsAtNewest,
  });
  const change = useCallback(
    (by: (pages: DeliveryPages) => DeliveryPages) =>
      queryClient.setQueryData<DeliveryPages>(KEYS.pages(filters, start), (pages) =>
        pages === undefined ? pages : by(pages),
      ),
    [queryClient, filters, start],
  );
  useEffect(() => {
    if (newest === undefined || !startsAtNewest) return;
    change((pages) => (isHeld ? withFreshRows(pages, newest) : withNewest(pages, newest)));
  }, [newest, isHeld, startsAtNewest, change]);
  const rows = useMemo(() => (data === undefined ? [] : rowsOf(data)), [data]);
  const unseen = useMemo(
    () => (data === undefined || newest === undefined || !startsAtNewest ? 0 : newRowsIn(newest, data).length),
    [data, newest, startsAtNewest],
  );
  return {
    rows,
    isLoading: list.isPending,
    error: list.error,
    retry: () => void list.refetch(),
    unseen,
    showUnseen: () => newest !== undefined && change((pages) => withNewest(pages, newest)),
    hasOlder: list.hasNextPage && !list.isFetchNextPageError,
    hasNewer: list.hasPreviousPage,
    loadOlder: () => void (list.isFetching || list.fetchNextPage()),
    loadNewer: () => void (list.isFetching || list.fetchPreviousPage()),
  };
}

/** A value that keeps what it was at first. */
export function useAtFirst<T>(value: T): T {
  const [first] = useState(value);
  return first;
}
