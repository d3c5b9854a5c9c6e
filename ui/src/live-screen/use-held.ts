import { useState } from 'react';
import type { LiveRow, LiveRows } from './live-feed';

interface Held {
  readonly rows: readonly LiveRow[];
  /** Rows that have come since, and are not shown. */
  readonly unseen: number;
  /** Shows them. */
  readonly show: () => void;
}

/**
 * The rows to show: those that come, or those that were there when somebody began to read. Another filter shows other
 * rows, and an emptied list none, held or not.
 */
export function useHeld(latest: LiveRows, isHeld: boolean): Held {
  const [kept, setKept] = useState(latest);
  const isFollowed = !isHeld || latest.filterName !== kept.filterName || latest.rows.length === 0;
  if (isFollowed && kept !== latest) setKept(latest);
  const { rows } = isFollowed ? latest : kept;
  return { rows, unseen: unseenIn(latest.rows, rows), show: () => setKept(latest) };
}

function unseenIn(latest: readonly LiveRow[], shown: readonly LiveRow[]): number {
  const newest = shown[0]?.number ?? 0;
  const seenAt = latest.findIndex(({ number }) => number <= newest);
  return seenAt === -1 ? latest.length : seenAt;
}
