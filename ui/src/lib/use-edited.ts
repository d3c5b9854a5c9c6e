import { useState } from 'react';

export interface Edited<T> {
  readonly value: T;
  /** What differs from what is stored. To send no more keeps what somebody else changed meanwhile. */
  readonly changed: Partial<T>;
  readonly isDirty: boolean;
  readonly change: (part: Partial<T>) => void;
  readonly reset: () => void;
  /** Ends the edit of what was saved, unless somebody has typed on meanwhile. */
  readonly settle: (saved: T) => void;
}

/**
 * A form over what is stored. What a person changed stays while the stored value is read again, and after a refusal.
 * The other parts follow the stored value, so that saving does not revert what somebody else changed meanwhile.
 *
 * @param stored plain values, compared as JSON
 */
export function useEdited<T extends object>(stored: T): Edited<T> {
  const [edited, setEdited] = useState<Partial<T>>({});
  const changed = differing(edited, stored);
  return {
    value: { ...stored, ...edited },
    changed,
    isDirty: Object.keys(changed).length > 0,
    change: (part) => setEdited((before) => differing({ ...before, ...part }, stored)),
    reset: () => setEdited({}),
    settle: (saved) => setEdited((now) => differing(now, saved)),
  };
}

export function differing<T extends object>(part: Partial<T>, whole: T): Partial<T> {
  const parts = Object.entries(part) as [keyof T, unknown][];
  return Object.fromEntries(
    parts.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(whole[name])),
  ) as Partial<T>;
}
