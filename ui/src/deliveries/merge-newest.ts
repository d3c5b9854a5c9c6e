import type { InfiniteData } from '@tanstack/react-query';
import type { DeliveryAnswer } from '../api/generated';

/** What a list shows: newest first, with an id that orders and names it. */
export interface ListedRow {
  readonly id: string;
}

/** A page of a list of the API. */
export interface ListedPage<T> {
  data: T[];
  has_more: boolean;
  next_cursor: string | null;
  prev_cursor: string | null;
}

export type ListedPages<T> = InfiniteData<ListedPage<T>, string | null>;
export type DeliveryPages = ListedPages<DeliveryAnswer>;

/** Rows of all pages, newest first. A row that moved from one page to another between two reads is there once. */
export function rowsOf<T extends ListedRow>({ pages }: ListedPages<T>): T[] {
  const known = new Set<string>();
  const rows: T[] = [];
  for (const page of pages) {
    for (const row of page.data) {
      if (known.has(row.id)) continue;
      known.add(row.id);
      rows.push(row);
    }
  }
  return rows;
}

/** Rows of the newest page that a list lacks. */
export function newRowsIn<T extends ListedRow>(newest: ListedPage<T>, pages: ListedPages<T>): T[] {
  const known = new Set(rowsOf(pages).map(({ id }) => id));
  return newest.data.filter(({ id }) => !known.has(id));
}

/**
 * A list with the newest page on top. If nothing of the list is on that page, more has come than fits a page, and the
 * list begins anew: there must be no hole in it.
 */
export function withNewest<T extends ListedRow>(pages: ListedPages<T>, newest: ListedPage<T>): ListedPages<T> {
  const fresh = newRowsIn(newest, pages);
  const hasHole = newest.has_more && fresh.length === newest.data.length;
  if (hasHole) return { pages: [newest], pageParams: [null] };
  const [first, ...others] = withFreshRows(pages, newest).pages;
  if (first === undefined) return { pages: [newest], pageParams: [null] };
  return { ...pages, pages: [{ ...first, data: [...fresh, ...first.data] }, ...others] };
}

/** A list in which the rows of the newest page say what that page says. None comes, goes or moves. */
export function withFreshRows<T extends ListedRow>(pages: ListedPages<T>, newest: ListedPage<T>): ListedPages<T> {
  const fresh = new Map(newest.data.map((row) => [row.id, row]));
  if (!pages.pages.some((page) => page.data.some(({ id }) => fresh.has(id)))) return pages;
  return {
    ...pages,
    pages: pages.pages.map((page) => ({ ...page, data: page.data.map((row) => fresh.get(row.id) ?? row) })),
  };
}
