/**
 * Something bounded that many take from at once. Nobody holds more than half of what the others leave, so that
 * something is left for whoever comes next, however much the first one asks for: the first may hold a half, the second
 * a quarter, and so on.
 */
export class Shares {
  private readonly held = new Map<string, number>();
  private total = 0;

  /** @param capacity the most that all of them hold together */
  constructor(private readonly capacity: number) {}

  /**
   * Takes so much for an owner, such as a tenant. Whoever holds nothing yet may take whatever fits: a half of little
   * may be less than one.
   *
   * @returns false when it would be more than the owner's share; then nothing is taken
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
    const most = held === 0 ? this.capacity - this.total : this.mostOf(owner);
    return held + amount <= most;
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
  private mostOf(owner: string): number {
    return Math.floor((this.capacity - this.total + this.heldBy(owner)) / 2);
  }
}
