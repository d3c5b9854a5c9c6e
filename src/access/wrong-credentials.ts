import { Injectable } from '@nestjs/common';
import { boundedCache } from '../shared/bounded-cache.js';
import { DomainError } from '../shared/errors/domain-error.js';
import { LIMITS } from '../shared/limits.js';
import { networkOf } from '../shared/net/client-address.js';
import { Shares } from '../shared/shares.js';
import { Clock } from '../shared/time/clock.js';
import { type Bucket, takeTokens } from './domain/token-bucket.js';
import { TooManyAttempts } from './session.errors.js';

const MAX_NETWORKS = 10_000;
/** Seconds after which one more attempt is allowed. */
const SECONDS_EACH = 5;
const RATE = { burst: LIMITS.wrongCredentials, perSecond: 1 / SECONDS_EACH };

/** Attempts in progress beyond the limit, at this process. One network gets half of them at most. */
const MAX_BEYOND = 8;

/** A key or a code that somebody shows. */
export interface Shown {
  readonly address: string;
  /** Whether it has the form of a secret, so that it may be a right one. */
  readonly isWellFormed: boolean;
}

/**
 * Limits how many wrong keys and codes a client may try with requests that nothing else authenticates, at this process.
 * Secrets have 256 random bits, so this is not against guessing: it bounds what such clients cost.
 */
@Injectable()
export class WrongCredentials {
  private readonly buckets = boundedCache<string, Bucket>(MAX_NETWORKS);
  private readonly beyond = new Shares(MAX_BEYOND);

  constructor(private readonly clock: Clock) {}

  /**
   * Runs an attempt. It counts unless it turns out not to be wrong, so those in progress are limited, too.
   *
   * @throws TooManyAttempts; what the attempt throws
   */
  async attempt<T>({ address, isWellFormed }: Shown, work: () => T | Promise<T>): Promise<T> {
    const network = networkOf(address);
    const taken = takeTokens(this.buckets.get(network) ?? null, RATE, this.clock.monotonicMs(), 1);
    if (taken.granted === 0) {
      if (!isWellFormed) throw new TooManyAttempts(SECONDS_EACH);
      return this.attemptBeyond(network, work);
    }
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
      if (!isWrong(error)) giveBack();
      throw error;
    }
  }

  /**
   * A right secret is accepted even if others of the network have sent many wrong ones: behind one proxy, everybody may
   * be one network. Few are looked up at once, so wrong ones cost little.
   */
  private async attemptBeyond<T>(network: string, work: () => T | Promise<T>): Promise<T> {
    if (!this.beyond.take(network)) throw new TooManyAttempts(SECONDS_EACH);
    try {
      return await work();
    } catch (error) {
      throw isWrong(error) ? new TooManyAttempts(SECONDS_EACH) : error;
    } finally {
      this.beyond.giveBack(network);
    }
  }
}

/** While PostgreSQL is away, nobody knows whether it is wrong. */
function isWrong(error: unknown): boolean {
  return error instanceof DomainError && error.category === 'unauthenticated';
}
