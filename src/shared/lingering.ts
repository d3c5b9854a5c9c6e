/** When a group waits for more items before it is written. */
export interface Linger {
  /** How long, in milliseconds. */
  readonly ms: number;
  /** No longer than until it has so many items. */
  readonly fullAt: number;
  /** Only while more than so many items come a second: below, waiting would delay them and fill nothing. */
  readonly fromRate: number;
  /** Whether items may come from callers who wait for the answer to one before they bring the next. */
  readonly hasWaitingCallers?: boolean;
}

/** Over which the rate of items is measured, in milliseconds. */
const RATE_WINDOW_MS = 50;
/** Waits in a row in whose second half nobody came. */
const VAIN_WAITS = 5;
const FORGOING_MS = 1000;

/**
 * Decides whether a group waits.
 *
 * A few callers who wait for their answers come together, right after the group before, and then nobody does until
 * these are answered: waiting would slow them down several times, and fill nothing. They are known by the waits that
 * were in vain.
 */
export class Lingering {
  private isBusy = false;
  private window = { fromMs: 0, items: 0 };
  private lastMs = 0;
  private sinceMs = 0;
  private vainWaits = 0;
  private forgoingUntilMs = 0;

  constructor(private readonly linger: Linger) {}

  /** An item has come. */
  note(): void {
    this.window.items += 1;
    this.lastMs = performance.now();
    const elapsedMs = this.lastMs - this.window.fromMs;
    if (elapsedMs < RATE_WINDOW_MS) return;
    this.isBusy = this.window.items * 1000 > this.linger.fromRate * elapsedMs;
    this.window = { fromMs: this.lastMs, items: 0 };
  }

  /** Whether a group of so many items waits for more. */
  isDue(items: number): boolean {
    return this.isBusy && items < this.linger.fullAt && this.lastMs >= this.forgoingUntilMs;
  }

  /** @param whenOver called when the wait is over, unless the timer is cleared */
  begin(whenOver: () => void): NodeJS.Timeout {
    this.sinceMs = performance.now();
    return setTimeout(() => {
      this.judge();
      whenOver();
    }, this.linger.ms);
  }

  private judge(): void {
    if (this.linger.hasWaitingCallers !== true) return;
    this.vainWaits = this.lastMs - this.sinceMs > this.linger.ms / 2 ? 0 : this.vainWaits + 1;
    if (this.vainWaits < VAIN_WAITS) return;
    this.vainWaits = 0;
    this.forgoingUntilMs = performance.now() + FORGOING_MS;
  }
}
