import { SystemClock } from '../../src/shared/time/clock.js';

/** Goes by itself until it is stopped; from then on it moves only when the test moves it. */
export class StoppableClock extends SystemClock {
  private stoppedAtMs: number | null = null;

  override monotonicMs(): number {
    return this.stoppedAtMs ?? super.monotonicMs();
  }

  stop(): void {
    this.stoppedAtMs = super.monotonicMs();
  }

  /** Stops it, too. */
  advance(ms: number): void {
    this.stoppedAtMs = this.monotonicMs() + ms;
  }
}
