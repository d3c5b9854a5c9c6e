import { useDeferredValue, useMemo, useState } from 'react';
import { matchesIn, patternOf } from './matches';

/** What somebody looks for in a text, and which match they are at. */
export interface TextSearch {
  readonly sought: string;
  readonly seek: (sought: string) => void;
  readonly pattern: RegExp | null;
  /** Offsets of the matches. */
  readonly matches: readonly number[];
  /** Index of the present match. */
  readonly at: number;
  readonly step: (by: number) => void;
}

export function useTextSearch(text: string): TextSearch {
  const [sought, setSought] = useState('');
  const [at, setAt] = useState(0);
  const deferred = useDeferredValue(sought.trim());
  const pattern = useMemo(() => patternOf(deferred), [deferred]);
  const matches = useMemo(() => matchesIn(text, pattern), [text, pattern]);
  return {
    sought,
    seek: (next) => {
      setSought(next);
      setAt(0);
    },
    pattern,
    matches,
    at,
    step: (by) => setAt((at + by + matches.length) % Math.max(1, matches.length)),
  };
}
