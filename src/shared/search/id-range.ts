import { firstUuidAt, type Uuid, uuidTimeMs } from '../ids/uuid.js';

/** Ids from `from`, included, to `to`, excluded. */
export interface IdRange {
  readonly from: Uuid;
  readonly to: Uuid;
}

/** Which way a list is read: `older` from the newest id down, `newer` up. */
export type Direction = 'older' | 'newer';

const FIRST = '00000000-0000-0000-0000-000000000000';
const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export const ALL_IDS: IdRange = { from: FIRST, to: LAST };

/** The next id in the order of ids. */
export function successorOf(id: Uuid): Uuid {
  const next = BigInt(`0x${id.replaceAll('-', '')}`) + 1n;
  return next
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export function isEmpty({ from, to }: IdRange): boolean {
  return from >= to;
}

/** What two ranges have in common. It may be empty. */
export function intersection(a: IdRange, b: IdRange): IdRange {
  return { from: a.from > b.from ? a.from : b.from, to: a.to < b.to ? a.to : b.to };
}

/** What is left of a range when everything on one side of a boundary has been read. */
export function restOf(range: IdRange, direction: Direction, boundary: Uuid): IdRange {
  return direction === 'older' ? { from: range.from, to: boundary } : { from: boundary, to: range.to };
}

/**
 * The bounds between which a range is read, one after another. Usually, the first ends a search: it is the newest day,
 * or the oldest in the other direction, and each further one covers four times as many days. So few partitions are
 * planned for as long as rows are near, and few statements are run when they are far.
 *
 * @param nowMs the present; what comes later belongs to the part of today
 */
export function* partsOf(range: IdRange, direction: Direction, nowMs: number): Generator<IdRange> {
  if (isEmpty(range)) return;
  const bounds = boundsFrom(startOf(range, direction, nowMs), direction, nowMs);
  let rest = range;
  for (const bound of bounds) {
    if (bound <= rest.from || bound >= rest.to) continue;
    yield direction === 'older' ? { from: bound, to: rest.to } : { from: rest.from, to: bound };
    rest = restOf(rest, direction, bound);
  }
  yield rest;
}

const DAY_MS = 86_400_000;
const GROWTH = 4;
/** Days of all parts but the last, which has the rest. */
const MAX_DAYS = 60;

function boundsFrom(startMs: number, direction: Direction, nowMs: number): Uuid[] {
  const bounds: Uuid[] = [];
  const sign = direction === 'older' ? -1 : 1;
  for (let days = direction === 'older' ? 0 : 1, size = 1; days < MAX_DAYS; days += size, size *= GROWTH) {
    const boundMs = startMs + sign * days * DAY_MS;
    if (boundMs <= nowMs) bounds.push(firstUuidAt(boundMs));
  }
  return bounds;
}

/** Start of the day in which reading begins. */
function startOf({ from, to }: IdRange, direction: Direction, nowMs: number): number {
  const firstMs = direction === 'older' ? Math.min(uuidTimeMs(to) - 1, nowMs) : uuidTimeMs(from);
  return Math.floor(Math.max(firstMs, 0) / DAY_MS) * DAY_MS;
}
