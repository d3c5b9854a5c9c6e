/**
 * A limited resource that several owners, such as tenants, share. No owner holds more than half of what the others
 * leave: the first may hold one half, the second a quarter, and so on. So there is something left for the next owner,
 * however much the first one asks for.
 */
export class Shares {
  private readonly held = new Map<string, number>();
  private total = 0;

  /** @param capacity maximum that all owners hold together */
  constructor(private readonly capacity: number) {}

  /**
   * Takes an amount for an owner. An owner that holds nothing may take anything that fits, because half of a small rest
   * may be less than one.
   *
   * @returns false, and takes nothing, when the amount exceeds the owner's share
   */
  take(owner: string, amount = 1): boolean {
    if (!this.mayTake(owner, amount)) return false;
    this.held.set(owner, this.heldBy(owner) + amount);
    this.total += amount;
    return true;
  }

  /** Whether `take` would succeed now. */
  mayTake(owner: string, amount = 1): boolean {
    const held = this.heldBy(owner);
    const max = held === 0 ? this.capacity - this.total : this.maxShareOf(owner);
    return held + amount <= max;
  }

  giveBack(owner: string, amount = 1): void {
    const left = this.heldBy(owner) - amount;
    if (left > 0) this.held.set(owner, left);
    else this.held.delete(owner);
    this.total -= amount;
  }

  heldBy(owner: string): number {
    return this.held.get(owner) ?? 0;
  }

  /** Half of what the others leave. */
  private maxShareOf(owner: string): number {
    return Math.floor((this.capacity - this.total + this.heldBy(owner)) / 2);
  }
}
