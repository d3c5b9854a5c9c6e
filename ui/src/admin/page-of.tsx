import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failed, Skeleton } from '../components/states';
import { Pager } from '../components/listing';
import { useAdmin } from './use-admin';

interface Page<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}

interface PageOfProps<T> {
  readonly query: UseQueryResult<Page<T>>;
  /** What stands in the place of an empty list. */
  readonly nothing: ReactNode;
  readonly children: (rows: readonly T[]) => ReactNode;
}

/** A page of a list in its four states, with the way to the others. */
export function PageOf<T>({ query, nothing, children }: PageOfProps<T>) {
  const { search, go } = useAdmin();
  const { data: page, error, refetch } = query;
  if (page === undefined) {
    return error === null ? <Skeleton lines={8} /> : <Failed error={error} onRetry={() => void refetch()} />;
  }
  const hasStart = search.cursor !== undefined;
  return (
    <div aria-busy={query.isPlaceholderData}>
      {page.data.length === 0 ? nothing : children(page.data)}
      <Pager
        hasOlder={page.has_more}
        onOlder={() => go({ cursor: page.next_cursor ?? undefined })}
        onNewest={hasStart ? () => go({ cursor: undefined }) : undefined}
      />
    </div>
  );
}
