/** What a worker sees of its queue at one moment. */
export interface QueueLook {
  readonly atMs: number;
  /** Jobs that wait; null when Redis can't be asked. */
  readonly waiting: number | null;
  /** Jobs that this worker has taken so far. */
  readonly taken: number;
  /** Whether it would take one. */
  readonly hasRoom: boolean;
}

/**
 * Since when jobs have waited and a worker that could has taken none, as of the later of two looks.
 *
 * @param sinceMs what the look before gave
 * @returns null when the queue is not silent
 */
export function silentSince(sinceMs: number | null, before: QueueLook | null, now: QueueLook): number | null {
  const isIdle = now.waiting === null || now.waiting === 0 || !now.hasRoom;
  if (isIdle || before?.taken !== now.taken) return null;
  return sinceMs ?? before.atMs;
}
