import type { Uuid } from '../ids/uuid.js';
import type { Clock } from '../time/clock.js';
import { type Direction, type IdRange, partsOf, restOf, successorOf } from './id-range.js';
import type { Listed } from './listed.js';

/** How long a search goes on looking for a full page. A page that is not full by then is answered as it is. */
const BUDGET_MS = 30;
/** Rows that one step looks at. They grow fourfold while a step finds too little. */
const LEAST_CANDIDATES = 64;
const MOST_CANDIDATES = 8192;
const GROWTH = 4;

/** What one step has to do: look at the next rows of a range. */
export interface SearchStep {
  readonly range: IdRange;
  readonly direction: Direction;
  readonly listed: Listed;
  /** Rows to look at, at most. */
  readonly candidates: number;
  /** Items that are needed, at most. */
  readonly wanted: number;
}

/** What a step has found. */
export interface StepResult {
  /** Matches, in the direction of the search, of at most `wanted` items. */
  readonly ids: readonly Uuid[];
  /** Boundary up to which everything has been looked at: ids from it on, or ids below it if read upwards. Null: all. */
  readonly reached: Uuid | null;
}

export interface SearchOrder {
  readonly range: IdRange;
  readonly direction: Direction;
  readonly listed: Listed;
  /** Items of a page. */
  readonly limit: number;
}

/** A page of items, in the direction of the search. */
export interface Matches {
  readonly ids: readonly Uuid[];
  /** Boundary at which the next page begins; null if there is nothing beyond this one. */
  readonly next: Uuid | null;
}

/**
 * Looks for one page in steps that each look at a bounded number of rows, until the page is full, nothing is left, or
 * the time is up. Then the page has what was found, and `next` says where to go on.
 */
export async function boundedSearch(
  { range, direction, listed, limit }: SearchOrder,
  look: (step: SearchStep) => Promise<StepResult>,
  clock: Clock,
): Promise<Matches> {
  const beganAtMs = clock.monotonicMs();
  const found = new Set<Uuid>();
  let candidates = Math.max(LEAST_CANDIDATES, limit + 1);
  let reachedLast: Uuid | null = null;
  for (const part of partsOf(range, direction, clock.nowMs())) {
    for (let rest: IdRange | null = part; rest !== null;) {
      const stepAtMs = clock.monotonicMs();
      // The first step always runs, so every page makes progress.
      if (reachedLast !== null && stepAtMs - beganAtMs >= BUDGET_MS) {
        return { ids: [...found], next: pastItem(reachedLast, [...found].at(-1), { direction, listed }) };
      }
      // One more than the page shows that another follows, and one may be an item that was found already.
      const wanted = limit + 2 - found.size;
      const { ids, reached } = await look({ range: rest, direction, listed, candidates, wanted });
      for (const id of ids) found.add(listed.keyOf(id));
      if (found.size > limit) {
        const page = [...found].slice(0, limit);
        return { ids: page, next: boundaryAfter(page[limit - 1] ?? range.from, { direction, listed }) };
      }
      reachedLast = reached ?? (direction === 'older' ? part.from : part.to);
      rest = reached === null ? null : restOf(part, direction, reached);
      const nowMs = clock.monotonicMs();
      candidates = nextCandidates(candidates, nowMs - stepAtMs, BUDGET_MS - (nowMs - beganAtMs));
    }
  }
  return { ids: [...found], next: null };
}

/** Grows, but only as far as the time that is left is likely to suffice. */
function nextCandidates(candidates: number, tookMs: number, leftMs: number): number {
  const affordable = tookMs > 0 ? Math.floor((candidates * Math.max(leftMs, 0)) / tookMs) : MOST_CANDIDATES;
  return Math.max(LEAST_CANDIDATES, Math.min(candidates * GROWTH, affordable, MOST_CANDIDATES));
}

type Reading = Pick<SearchOrder, 'direction' | 'listed'>;

/** The boundary behind an item: older pages end before it, newer ones begin at it. */
function boundaryAfter(key: Uuid, { direction, listed }: Reading): Uuid {
  return direction === 'older' ? key : successorOf(listed.endOf(key));
}

/** The boundary on the other side of an item, from which a page in the opposite direction begins. */
export function boundaryBefore(key: Uuid, { direction, listed }: Reading): Uuid {
  return boundaryAfter(key, { direction: direction === 'older' ? 'newer' : 'older', listed });
}

/** A boundary that does not lie in the midst of the last item, which the next page would show again. */
function pastItem(boundary: Uuid, last: Uuid | undefined, reading: Reading): Uuid {
  const isInside = last !== undefined && boundary > last && boundary <= reading.listed.endOf(last);
  return isInside ? boundaryAfter(last, reading) : boundary;
}
