import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo } from 'react';
import { type ListedPage, type ListedPages, type ListedRow, newRowsIn, rowsOf, withFreshRows, withNewest } from './merge-newest'; // prettier-ignore

export interface LiveList<T> {
  readonly rows: readonly T[];
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly retry: () => void;
  /** Rows that have come since, and are not shown yet. */
  readonly unseen: number;
  readonly showUnseen: () => void;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly loadOlder: () => void;
  readonly loadNewer: () => void;
}

/** Where the rows of a list come from. It must stay the same while the filters do. */
export interface ListSource<T> {
  /** Key of the pages from a cursor on, or from the newest row on. */
  readonly pagesKey: readonly unknown[];
  /** Key of the newest page, with which the list is kept up to date. */
  readonly newestKey: readonly unknown[];
  /** Where the list starts: null for the newest. */
  readonly start: string | null;
  readonly read: (cursor: string | null, signal: AbortSignal) => Promise<ListedPage<T>>;
}

/**
 * A list that is extended at both ends as it is scrolled. What comes meanwhile is put on top, or counted while the list
 * is held. Rows that changed change in place.
 *
 * @param isHeld whether rows must stay where they are, because somebody reads or works on them
 */
export function useLiveList<T extends ListedRow>(source: ListSource<T>, isHeld: boolean): LiveList<T> {
  const queryClient = useQueryClient();
  const { pagesKey, newestKey, start, read } = source;
  const list = useInfiniteQuery<ListedPage<T>, Error, ListedPages<T>, readonly unknown[], string | null>({
    queryKey: pagesKey,
    initialPageParam: start,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    getNextPageParam: ({ next_cursor }) => next_cursor,
    getPreviousPageParam: ({ prev_cursor }) => prev_cursor,
    staleTime: Infinity,
    // Only what is newest is read again; the rest changes by messages.
    refetchOnMount: false,
  });
  const { data } = list;
  const startsAtNewest = data?.pages[0]?.prev_cursor === null;
  const { data: newest } = useQuery({
    queryKey: newestKey,
    queryFn: ({ signal }) => read(null, signal),
    enabled: data !== undefined && startsAtNewest,
  });
  const change = useCallback(
    (by: (pages: ListedPages<T>) => ListedPages<T>) =>
      queryClient.setQueryData<ListedPages<T>>(pagesKey, (pages) => (pages === undefined ? pages : by(pages))),
    [queryClient, pagesKey],
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
