import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../shared/errors/domain-error.js';
import { LIMITS } from '../shared/limits.js';
import { networkOf } from '../shared/net/client-address.js';
import { Clock } from '../shared/time/clock.js';
import { type Bucket, takeTokens } from './domain/token-bucket.js';
import { TooManyAttempts } from './session.errors.js';

const MAX_NETWORKS = 10_000;
/** Seconds after which one more attempt is allowed. */
const SECONDS_EACH = 5;
const RATE = { burst: LIMITS.wrongCredentials, perSecond: 1 / SECONDS_EACH };

/**
 * Limits how many wrong keys and codes a client may try with requests that nothing else authenticates, at this process.
 * Secrets have 256 random bits, so this is not against guessing: it bounds what such clients cost.
 */
@Injectable()
export class WrongCredentials {
  private readonly buckets = new LRUCache<string, Bucket>({ max: MAX_NETWORKS });

  constructor(private readonly clock: Clock) {}

  /**
   * Runs an attempt. It counts unless it turns out not to be wrong, so those in progress are limited, too.
   *
   * @throws TooManyAttempts; what the attempt throws
   */
  async attempt<T>(address: string, work: () => T | Promise<T>): Promise<T> {
    const network = networkOf(address);
    const taken = takeTokens(this.buckets.get(network) ?? null, RATE, this.clock.monotonicMs(), 1);
    if (taken.granted === 0) throw new TooManyAttempts(SECONDS_EACH);
    this.buckets.set(network, taken.bucket);
    const giveBack = (): void => {
      const { tokens, atMs } = this.buckets.get(network) ?? taken.bucket;
      this.buckets.set(network, { tokens: Math.min(RATE.burst, tokens + 1), atMs });
    };
    try {
      const result = await work();
      giveBack();
      return result;
    } catch (error) {
      // While PostgreSQL is away, nobody knows whether it is wrong.
      if (!(error instanceof DomainError && error.category === 'unauthenticated')) giveBack();
      throw error;
    }
  }
}
