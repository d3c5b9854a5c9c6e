/** Keeps the newest of what it is given, so that a long run takes no more memory than a short one. */
export class Ring<T> {
  private readonly kept: T[] = [];
  private pushed = 0;

  constructor(private readonly size: number) {}

  push(item: T): void {
    this.kept[this.pushed++ % this.size] = item;
  }

  /** In no order. */
  list(): readonly T[] {
    return this.kept;
  }
}
