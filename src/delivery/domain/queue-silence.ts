/** State of a queue, or of one shard of it, as a worker sees it at one moment. */
export interface QueueSample {
  readonly atMs: number;
  /** Waiting jobs. */
  readonly waiting: number;
  /** Jobs that this worker has taken since its start. */
  readonly taken: number;
  /** Whether the worker has room for a job. */
  readonly hasRoom: boolean;
}

/** Measures for how long jobs have waited while the worker had room and took none. */
export class QueueSilence {
  private previous: QueueSample | null = null;
  private sinceMs: number | null = null;

  /** @returns milliseconds since the last sample before the silence; 0 when the queue is not silent */
  measure(now: QueueSample): number {
    const isIdle = now.waiting === 0 || !now.hasRoom;
    const isSilent = !isIdle && this.previous?.taken === now.taken;
    this.sinceMs = isSilent ? (this.sinceMs ?? this.previous?.atMs ?? now.atMs) : null;
    this.previous = now;
    return this.sinceMs === null ? 0 : now.atMs - this.sinceMs;
  }
}
