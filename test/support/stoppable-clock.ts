import { SystemClock } from '../../src/shared/time/clock.js';

/**
 * Goes by itself until it is stopped; from then on it moves only when the test moves it. Times are whole milliseconds,
 * because the difference of two fractions may be less than what the clock was moved by.
 */
export class StoppableClock extends SystemClock {
  private stoppedAtMs: number | null = null;

  override monotonicMs(): number {
    return this.stoppedAtMs ?? Math.floor(super.monotonicMs());
  }

  stop(): void {
    this.stoppedAtMs = this.monotonicMs();
  }

  /** Stops it, too. */
  advance(ms: number): void {
    this.stoppedAtMs = this.monotonicMs() + ms;
  }
}
