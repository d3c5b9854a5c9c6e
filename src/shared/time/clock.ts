/** Where time comes from, so that tests can set it. PostgreSQL's clock, not this one, decides what is due. */
export abstract class Clock {
  /** Milliseconds since the Unix epoch. */
  abstract nowMs(): number;
  /** Milliseconds from an arbitrary start that never go back: for durations. */
  abstract monotonicMs(): number;

  now(): Date {
    return new Date(this.nowMs());
  }
}

export class SystemClock extends Clock {
  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }
}
