import { useState } from 'react';

export interface Edited<T> {
  readonly value: T;
  readonly isDirty: boolean;
  readonly change: (part: Partial<T>) => void;
  readonly reset: () => void;
  /** Ends the edit that was saved, unless somebody has typed on meanwhile. */
  readonly settle: (saved: T) => void;
}

/**
 * A form over what is stored. What a person changed stays while the stored value is read again, and after a refusal.
 *
 * @param stored plain values, compared as JSON
 */
export function useEdited<T extends object>(stored: T): Edited<T> {
  const [edited, setEdited] = useState<T | null>(null);
  return {
    value: edited ?? stored,
    isDirty: edited !== null && JSON.stringify(edited) !== JSON.stringify(stored),
    change: (part) => setEdited((before) => ({ ...(before ?? stored), ...part })),
    reset: () => setEdited(null),
    settle: (saved) => setEdited((now) => (now === saved ? null : now)),
  };
}
