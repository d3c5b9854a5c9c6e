import { useState } from 'react';
import type { LiveRow } from './live-feed';

interface Held {
  readonly rows: readonly LiveRow[];
  /** Rows that have come since, and are not shown. */
  readonly unseen: number;
  /** Shows them. */
  readonly show: () => void;
}

interface Options {
  /** Whether rows must stay where they are, because somebody reads them. */
  readonly isHeld: boolean;
  /** Another filter shows other rows, held or not. */
  readonly filterName: string;
}

/** The rows to show: those that come, or those that were there when somebody began to read. */
export function useHeld(rows: readonly LiveRow[], { isHeld, filterName }: Options): Held {
  const [kept, setKept] = useState({ rows, filterName });
  const isOther = filterName !== kept.filterName || rows.length === 0;
  const isBehind = rows !== kept.rows || filterName !== kept.filterName;
  if (isBehind && (!isHeld || isOther)) setKept({ rows, filterName });
  const shown = isHeld && !isOther ? kept.rows : rows;
  return { rows: shown, unseen: unseenIn(rows, shown), show: () => setKept({ rows, filterName }) };
}

function unseenIn(rows: readonly LiveRow[], shown: readonly LiveRow[]): number {
  const newest = shown[0]?.number ?? 0;
  const seenAt = rows.findIndex(({ number }) => number <= newest);
  return seenAt === -1 ? rows.length : seenAt;
}
