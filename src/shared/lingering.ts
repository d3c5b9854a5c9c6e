/** When a group waits for more items before its write. */
export interface Linger {
  /** Longest wait, in milliseconds. */
  readonly ms: number;
  /** The wait ends when the group has this many items. */
  readonly fullAt: number;
  /** Groups wait only above this rate, in items per second. Below it, a wait delays items without filling groups. */
  readonly fromRate: number;
}

/** Window over which the rate of items is measured. */
const RATE_WINDOW_MS = 50;

/** Decides whether a group waits. */
export class Lingering {
  private isBusy = false;
  private window = { fromMs: 0, items: 0 };

  constructor(private readonly linger: Linger) {}

  /** Records that an item has arrived. */
  note(): void {
    this.window.items += 1;
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.window.fromMs;
    if (elapsedMs < RATE_WINDOW_MS) return;
    this.isBusy = this.window.items * 1000 > this.linger.fromRate * elapsedMs;
    this.window = { fromMs: nowMs, items: 0 };
  }

  /** Whether a group with this many items should wait for more. */
  isDue(items: number): boolean {
    return this.isBusy && items < this.linger.fullAt;
  }

  /** Starts a wait. @param whenOver called at its end, unless the caller clears the timer */
  begin(whenOver: () => void): NodeJS.Timeout {
    return setTimeout(whenOver, this.linger.ms);
  }
}
