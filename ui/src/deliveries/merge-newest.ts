import type { InfiniteData } from '@tanstack/react-query';
import type { DeliveryAnswer, DeliveryPage } from '../api/generated';

export type DeliveryPages = InfiniteData<DeliveryPage, string | null>;

/** Rows of all pages, newest first. A row that moved from one page to another between two reads is there once. */
export function rowsOf({ pages }: DeliveryPages): DeliveryAnswer[] {
  const known = new Set<string>();
  const rows: DeliveryAnswer[] = [];
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
export function newRowsIn(newest: DeliveryPage, pages: DeliveryPages): DeliveryAnswer[] {
  const known = new Set(rowsOf(pages).map(({ id }) => id));
  return newest.data.filter(({ id }) => !known.has(id));
}

/**
 * A list with the newest page on top. If nothing of the list is on that page, more has come than fits a page, and the
 * list begins anew: there must be no hole in it.
 */
export function withNewest(pages: DeliveryPages, newest: DeliveryPage): DeliveryPages {
  const fresh = newRowsIn(newest, pages);
  const hasHole = newest.has_more && fresh.length === newest.data.length;
  if (hasHole) return { pages: [newest], pageParams: [null] };
  const [first, ...others] = withFreshRows(pages, newest).pages;
  if (first === undefined) return { pages: [newest], pageParams: [null] };
  return { ...pages, pages: [{ ...first, data: [...fresh, ...first.data] }, ...others] };
}

/** A list in which the rows of the newest page say what that page says. None comes, goes or moves. */
export function withFreshRows(pages: DeliveryPages, newest: DeliveryPage): DeliveryPages {
  const fresh = new Map(newest.data.map((row) => [row.id, row]));
  if (!pages.pages.some((page) => page.data.some(({ id }) => fresh.has(id)))) return pages;
  return {
    ...pages,
    pages: pages.pages.map((page) => ({ ...page, data: page.data.map((row) => fresh.get(row.id) ?? row) })),
  };
}
