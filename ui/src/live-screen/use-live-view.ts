import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type DeliverySearch, filtersOf } from '../deliveries/delivery-search';
import { useStore } from '../lib/store';
import { beginFeed, feed } from './follow-feed';
import type { LiveRow } from './live-feed';
import { matcherOf } from './live-search';
import { useHeld } from './use-held';

export interface LiveView {
  /** Newest first. */
  readonly rows: readonly LiveRow[];
  /** Rows that have come since the list stands still. */
  readonly unseen: number;
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** Number of the row that the keys act on. */
  readonly cursor: number | null;
  readonly setCursor: (number: number | null) => void;
  readonly setIsAtTop: (isAtTop: boolean) => void;
  /** Whether the list stands still. */
  readonly isHeld: boolean;
  /** Pauses, or goes on. */
  readonly pause: () => void;
  /** Shows what has come, and what comes. */
  readonly goOn: () => void;
  readonly empty: () => void;
}

/** The list of the live view. It stands still while it is paused, scrolled, worked on, or beside an open delivery. */
export function useLiveView(search: DeliverySearch, openId: string | null): LiveView {
  const scroller = useRef<HTMLDivElement>(null);
  const [isPaused, setIsPaused] = useState(false);
  const [isAtTop, setIsAtTop] = useState(true);
  const [cursor, setCursor] = useState<number | null>(null);
  const filterName = JSON.stringify(filtersOf(search));
  useEffect(beginFeed, []);
  useLayoutEffect(() => feed.narrow(filterName, matcherOf(JSON.parse(filterName) as DeliverySearch)), [filterName]);
  const isHeld = isPaused || !isAtTop || cursor !== null || openId !== null;
  const { rows, unseen, show } = useHeld(useStore(feed.shown), isHeld);
  const goOn = (): void => {
    setIsPaused(false);
    setCursor(null);
    setIsAtTop(true);
    show();
    scroller.current?.scrollTo({ top: 0 });
  };
  return {
    rows,
    unseen,
    scroller,
    cursor,
    setCursor,
    setIsAtTop,
    isHeld,
    pause: () => (isHeld ? goOn() : setIsPaused(true)),
    goOn,
    empty: () => {
      feed.clear();
      goOn();
    },
  };
}
