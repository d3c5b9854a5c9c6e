import { Shares } from './shares.js';

interface Waiting {
  readonly enter: () => void;
}

/**
 * Lets only so many run at once, and no owner, such as a tenant, more of them than its share. Those who wait are let in by turns of
 * their owners, so that somebody with one piece of work does not wait for all the work of somebody who has much.
 */
export class Turns {
  private readonly running: Shares;
  /** The owners in the order of their turns. */
  private readonly waiting = new Map<string, Set<Waiting>>();

  constructor(
    private readonly limits: {
      readonly atOnce: number;
      /** Longest wait, in milliseconds. */
      readonly patienceMs: number;
      /** What is thrown after it. */
      readonly refusal: () => Error;
    },
  ) {
    this.running = new Shares(limits.atOnce);
  }

  /** @throws what `refusal` gives when its turn does not come in time; then `work` was not begun */
  async run<T>(owner: string, work: () => Promise<T>): Promise<T> {
    if (this.waiting.has(owner) || !this.running.take(owner)) await this.wait(owner);
    try {
      return await work();
    } finally {
      this.running.giveBack(owner);
      this.letIn();
    }
  }

  private wait(owner: string): Promise<void> {
    const { patienceMs, refusal } = this.limits;
    return new Promise((resolve, reject) => {
      const own = this.waiting.get(owner) ?? new Set();
      const timer = setTimeout(() => {
        own.delete(waiting);
        if (own.size === 0) this.waiting.delete(owner);
        reject(refusal());
      }, patienceMs);
      const waiting = {
        enter: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.waiting.set(owner, own.add(waiting));
    });
  }

  private letIn(): void {
    // Whoever was let in goes to the end of this very list, and gets another turn if there is still room.
    for (const [owner, own] of this.waiting) {
      const [first] = own;
      if (first === undefined || !this.running.take(owner)) continue;
      this.waiting.delete(owner);
      own.delete(first);
      if (own.size > 0) this.waiting.set(owner, own);
      first.enter();
    }
  }
}
