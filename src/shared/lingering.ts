/** When a group waits for more items before its write. */
export interface Linger {
  /** Longest wait, in milliseconds. */
  readonly ms: number;
  /** The wait ends when the group has this many items. */
  readonly fullAt: number;
  /** Groups wait only above this rate, in items per second. Below it, a wait delays items without filling groups. */
  readonly fromRate: number;
  /** Whether callers may wait for the result of one item before they submit the next. */
  readonly hasWaitingCallers?: boolean;
}

/** Window over which the rate of items is measured. */
const RATE_WINDOW_MS = 50;
/** After this many waits in a row with no item in their second half, groups stop waiting for a while. */
const VAIN_WAITS = 5;
/** For how long they stop. */
const FORGOING_MS = 1000;

/**
 * Decides whether a group waits.
 *
 * A few callers that wait for their results submit together, right after the previous write, and then submit nothing
 * until they have their results. Waiting would slow them down several times over without filling a group. Waits that
 * collect nothing reveal such callers.
 */
export class Lingering {
  private isBusy = false;
  private window = { fromMs: 0, items: 0 };
  private lastMs = 0;
  private sinceMs = 0;
  private vainWaits = 0;
  private forgoingUntilMs = 0;

  constructor(private readonly linger: Linger) {}

  /** Records that an item has arrived. */
  note(): void {
    this.window.items += 1;
    this.lastMs = performance.now();
    const elapsedMs = this.lastMs - this.window.fromMs;
    if (elapsedMs < RATE_WINDOW_MS) return;
    this.isBusy = this.window.items * 1000 > this.linger.fromRate * elapsedMs;
    this.window = { fromMs: this.lastMs, items: 0 };
  }

  /** Whether a group with this many items should wait for more. */
  isDue(items: number): boolean {
    return this.isBusy && items < this.linger.fullAt && this.lastMs >= this.forgoingUntilMs;
  }

  /** Starts a wait. @param whenOver called at its end, unless the caller clears the timer */
  begin(whenOver: () => void): NodeJS.Timeout {
    this.sinceMs = performance.now();
    return setTimeout(() => {
      this.evaluateWait();
      whenOver();
    }, this.linger.ms);
  }

  private evaluateWait(): void {
    if (this.linger.hasWaitingCallers !== true) return;
    this.vainWaits = this.lastMs - this.sinceMs > this.linger.ms / 2 ? 0 : this.vainWaits + 1;
    if (this.vainWaits < VAIN_WAITS) return;
    this.vainWaits = 0;
    this.forgoingUntilMs = performance.now() + FORGOING_MS;
  }
}
