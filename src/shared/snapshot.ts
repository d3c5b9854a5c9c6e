import type { Clock } from './time/clock.js';

/**
 * Something that anybody may ask for and that takes work to find out. It is found out once for all who ask meanwhile,
 * and believed for a while after that. A failure is for those who waited for it.
 */
export class Snapshot<T> {
  private last: { readonly value: Promise<T>; readonly untilMs: number } | undefined;

  /** @param lifeMs how long it is believed, from when it is known */
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
