/** A process that lives this long has started well; how the one before it ended no longer matters. */
const LONG_LIFE_MS = 60_000;
/** Number of short lives in a row after which a replacement would not help. */
export const MAX_SHORT_LIVES = 5;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;

/** What to do when a process has ended by itself. */
export interface Replacement {
  /** Number of short lives in a row, including the one that has ended. */
  readonly shortLives: number;
  /** How long to wait before the next process starts; null to give up. */
  readonly pauseMs: number | null;
}

/**
 * Decides about the replacement of a process. The pause doubles with each short life, from 0.5 s to 30 s. After the
 * fifth short life in a row, if no other process serves either, only the orchestrator can help, by a restart of
 * everything or by telling somebody. Processes that serve are never ended because one of them cannot be replaced.
 *
 * @param shortLives number of short lives in a row before this one
 * @param livedMs from the start of the process to its end
 * @param isServed whether another process serves requests
 */
export function replacementAfter(shortLives: number, livedMs: number, isServed: boolean): Replacement {
  if (livedMs >= LONG_LIFE_MS) return { shortLives: 0, pauseMs: 0 };
  const count = shortLives + 1;
  if (count >= MAX_SHORT_LIVES && !isServed) return { shortLives: count, pauseMs: null };
  return { shortLives: count, pauseMs: Math.min(FIRST_PAUSE_MS * 2 ** (count - 1), MAX_PAUSE_MS) };
}
