import { Unavailable } from './errors/domain-error.js';
import { Shares } from './shares.js';

/** Whoever waits for a turn. */
interface Waiting {
  readonly begin: () => void;
}

interface BulkheadLimits {
  /** How many run at once, at least one. */
  readonly running: number;
  /** How many wait beside those. */
  readonly waiting: number;
  /** How long one of them waits at most; as long as it takes, when not given. */
  readonly patienceMs?: number;
  /** What there is too much of, for whoever is refused: "Too many … are under way." */
  readonly what?: string;
}

/**
 * Lets only so many run at once; some more wait, and the others are refused. Each tenant has a share of those that run
 * and of those that wait, and tenants take turns: one that asks for much waits for itself.
 */
export class Bulkhead {
  private readonly running: Shares;
  private readonly places: Shares;
  /** By tenant, whose turn is next first; none of them is empty. */
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
   * @param tenantId null is whoever acts for no tenant
   * @throws Unavailable when too many of the tenant wait already, or for too long
   */
  async run<T>(tenantId: string | null, work: () => Promise<T>): Promise<T> {
    // No tenant has an id without characters.
    const owner = tenantId ?? '';
    if (!this.running.take(owner)) await this.turnOf(owner);
    try {
      return await work();
    } finally {
      this.running.giveBack(owner);
      this.beginNext();
    }
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

  /** Begins what may run now, a tenant after the other. */
  private beginNext(): void {
    // One that still waits after its turn is put behind the others, and the loop comes by there, too.
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
    return new Unavailable(`Too many ${this.what} are under way. Send this request again in a second.`);
  }
}
