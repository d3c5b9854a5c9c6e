import { Unavailable } from './errors/domain-error.js';
import { Shares } from './shares.js';

/** A call that waits for its turn. */
interface Waiting {
  readonly begin: () => void;
}

interface BulkheadLimits {
  /** Calls that run at once; at least 1. */
  readonly running: number;
  /** Further calls that may wait. */
  readonly waiting: number;
  /** Longest wait. Without it, calls wait without limit. */
  readonly patienceMs?: number;
  /** Fills the error message of a refused call: "Too many … are in progress." */
  readonly what?: string;
}

/**
 * Limits how many calls run at once. Some more may wait, and the rest are refused. Each tenant has a share of the
 * running and of the waiting calls, and tenants take turns, so a busy tenant delays only itself.
 */
export class Bulkhead {
  private readonly running: Shares;
  private readonly places: Shares;
  /** Waiting calls by tenant. The tenant whose turn is next comes first; no queue is empty. */
  private readonly queues = new Map<string, Waiting[]>();
  private readonly patienceMs: number | undefined;
  private readonly what: string;

  constructor({ running, waiting, patienceMs, what = 'of these calls' }: BulkheadLimits) {
    this.running = new Shares(running);
    this.places = new Shares(waiting);
    this.patienceMs = patienceMs;
    this.what = what;
  }

  /**
   * @param tenantId null for a caller that acts for no tenant
   * @throws Unavailable when too many calls of the tenant wait already, or when this one has waited too long
   */
  async run<T>(tenantId: string | null, work: () => Promise<T>): Promise<T> {
    // No tenant has an empty id.
    const owner = tenantId ?? '';
    if (!this.running.take(owner)) await this.turnOf(owner);
    try {
      return await work();
    } finally {
      this.running.giveBack(owner);
      this.beginNext();
    }
  }

  get waitingCount(): number {
    return [...this.queues.values()].reduce((sum, { length }) => sum + length, 0);
  }

  private async turnOf(owner: string): Promise<void> {
    if (!this.places.take(owner)) throw this.refusal();
    try {
      await new Promise<void>((resolve, reject) => {
        const waiting = { begin: resolve };
        const queue = this.queues.get(owner);
        if (queue) queue.push(waiting);
        else this.queues.set(owner, [waiting]);
        if (this.patienceMs === undefined) return;
        const timer = setTimeout(() => {
          this.leave(owner, waiting);
          reject(this.refusal());
        }, this.patienceMs);
        waiting.begin = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    } finally {
      this.places.giveBack(owner);
    }
  }

  /** Starts the waiting calls that may run now, one tenant after another. */
  private beginNext(): void {
    // A tenant with more waiting calls goes to the end of the map, and this loop visits it again.
    for (const [owner, queue] of this.queues) {
      if (!this.running.take(owner)) continue;
      const next = queue.shift();
      this.queues.delete(owner);
      if (queue.length > 0) this.queues.set(owner, queue);
      next?.begin();
    }
  }

  private leave(owner: string, waiting: Waiting): void {
    const queue = this.queues.get(owner) ?? [];
    queue.splice(queue.indexOf(waiting), 1);
    if (queue.length === 0) this.queues.delete(owner);
  }

  private refusal(): Unavailable {
    return new Unavailable(`Too many ${this.what} are in progress. Send this request again in a second.`);
  }
}
