import pLimit, { type LimitFunction } from 'p-limit';
import { Unavailable } from '../errors/domain-error.js';

/** For each that runs, so many may wait. */
const WAITING_EACH = 4;

/** Lets only so many run at once; some more wait, and the others are refused. */
export class Bulkhead {
  private readonly limit: LimitFunction;

  /** @param most rounded down, and at least one */
  constructor(most: number) {
    this.limit = pLimit(Math.max(1, Math.floor(most)));
  }

  /** @throws Unavailable when too many wait already */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.limit.pendingCount >= this.limit.concurrency * WAITING_EACH) {
      return Promise.reject(new Unavailable('Too many searches are under way. Ask again in a second.'));
    }
    return this.limit(work);
  }
}
