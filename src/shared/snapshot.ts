import type { Clock } from './time/clock.js';

/**
 * A cached value that is expensive to find. Concurrent callers share one look-up, and its result is reused for a while.
 * A failed look-up rejects only the callers that waited for it.
 */
export class Snapshot<T> {
  private last: { readonly value: Promise<T>; readonly untilMs: number } | undefined;

  /** @param lifeMs how long a value is reused, counted from the end of its look-up */
  constructor(
    private readonly find: () => Promise<T>,
    private readonly lifeMs: number,
    private readonly clock: Pick<Clock, 'monotonicMs'>,
  ) {}

  get(): Promise<T> {
    if (this.last !== undefined && this.clock.monotonicMs() < this.last.untilMs) return this.last.value;
    const value = this.find();
    this.last = { value, untilMs: Number.POSITIVE_INFINITY };
    value.then(
      () => (this.last = { value, untilMs: this.clock.monotonicMs() + this.lifeMs }),
      () => (this.last = undefined),
    );
    return value;
  }
}
