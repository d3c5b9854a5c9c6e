/** What a worker sees of its queue, or of one part of it, at one moment. */
export interface QueueLook {
  readonly atMs: number;
  /** Jobs that wait. */
  readonly waiting: number;
  /** Jobs that this worker has taken so far. */
  readonly taken: number;
  /** Whether it would take one. */
  readonly hasRoom: boolean;
}

/** For how long jobs have waited while a worker that could take some took none, from one look to the next. */
export class Silence {
  private before: QueueLook | null = null;
  private sinceMs: number | null = null;

  /** @returns milliseconds since the look after which nothing happened; 0 when the queue is not silent */
  note(now: QueueLook): number {
    const isIdle = now.waiting === 0 || !now.hasRoom;
    const isSilent = !isIdle && this.before?.taken === now.taken;
    this.sinceMs = isSilent ? (this.sinceMs ?? this.before?.atMs ?? now.atMs) : null;
    this.before = now;
    return this.sinceMs === null ? 0 : now.atMs - this.sinceMs;
  }
}
