import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import type { ListedRow } from './merge-newest';
import type { LiveList } from './use-live-list';

const OVERSCAN = 12;
/** Rows from the end of the list at which more are asked for. */
const AHEAD = 30;

/** The rows in view and some around them. Scrolls to the cursor when it moves. */
export function useVirtualRows(
  scroller: RefObject<HTMLDivElement | null>,
  rows: readonly ListedRow[],
  { rowPx, cursorId }: { readonly rowPx: number; readonly cursorId: string | null },
) {
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: useOverscan(scroller),
  });
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowPx]);
  const cursorIndex = cursorId === null ? -1 : rows.findIndex(({ id }) => id === cursorId);
  const isFound = cursorIndex >= 0;
  useEffect(() => {
    if (isFound) virtualizer.scrollToIndex(cursorIndex, { align: 'auto' });
    // Not when rows come above the cursor: it stays where it is.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [cursorId, isFound, virtualizer]);
  return virtualizer;
}

/** Nothing around the rows in view while each frame shows others, as when the scroll bar is dragged. */
function useOverscan(scroller: RefObject<HTMLDivElement | null>): number {
  const before = useRef(0);
  const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
  const isFast = Math.abs(scrollTop - before.current) > clientHeight;
  useLayoutEffect(() => {
    before.current = scrollTop;
  });
  return isFast ? 0 : OVERSCAN;
}

/** Asks for more rows when an end of the list comes near. */
export function useLoading(list: LiveList<ListedRow>, first: number, last: number): void {
  const { rows, hasOlder, hasNewer, loadOlder, loadNewer } = list;
  useEffect(() => {
    if (hasOlder && last >= rows.length - AHEAD) loadOlder();
    if (hasNewer && first < AHEAD) loadNewer();
  });
}

/** Keeps the rows in view where they are when others are added above them. At the top, new rows come into view. */
export function useAnchor(scroller: RefObject<HTMLDivElement | null>, rows: readonly ListedRow[], rowPx: number): void {
  const before = useRef(rows);
  useLayoutEffect(() => {
    const element = scroller.current;
    const previous = before.current;
    before.current = rows;
    if (element === null || element.scrollTop < rowPx || previous === rows) return;
    const at = Math.floor(element.scrollTop / rowPx);
    const anchor = previous[at]?.id;
    const moved = rows.findIndex(({ id }) => id === anchor) - at;
    if (anchor !== undefined && moved + at >= 0 && moved !== 0) element.scrollTop += moved * rowPx;
  }, [rows, rowPx, scroller]);
}
