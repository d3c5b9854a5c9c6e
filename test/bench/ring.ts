/** Keeps the newest items, so that a long run needs no more memory than a short one. */
export class Ring<T> {
  private readonly kept: T[] = [];
  private pushed = 0;

  constructor(private readonly size: number) {}

  push(item: T): void {
    this.kept[this.pushed++ % this.size] = item;
  }

  /** The items, in no particular order. */
  list(): readonly T[] {
    return this.kept;
  }
}
