/** So many messages a second, and at first, or after a pause, so many at once. */
export interface Pace {
  readonly perSecond: number;
  readonly burst: number;
}

/** Counts what may pass at a pace, and what may not. */
export class Allowance {
  private left: number;
  private readAtMs: number;

  /** @param nowMs milliseconds of a clock that never goes back, as for `take` */
  constructor(
    private readonly pace: Pace,
    nowMs: number,
  ) {
    this.left = pace.burst;
    this.readAtMs = nowMs;
  }

  /** @returns whether one more may pass */
  take(nowMs: number): boolean {
    const { perSecond, burst } = this.pace;
    this.left = Math.min(burst, this.left + ((nowMs - this.readAtMs) * perSecond) / 1000);
    this.readAtMs = nowMs;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
