import { useMemo } from 'react';

const STEP = 100;

interface Window<T> {
  /** Index of its first row. */
  readonly begin: number;
  readonly data: readonly T[];
}

/**
 * A part of the rows, around those from `first` to `last`. The table makes an object for each of its rows whenever one
 * of them changes; with ten thousand, that would cost frames. The part moves in steps, so that scrolling alone does not
 * make it anew.
 */
export function useWindow<T>(rows: readonly T[], first: number, last: number): Window<T> {
  const begin = Math.floor(first / STEP) * STEP;
  const end = Math.ceil((last + 1) / STEP) * STEP;
  return useMemo(() => ({ begin, data: rows.slice(begin, end) }), [rows, begin, end]);
}
