import type { Rate } from '../../src/access/domain/token-bucket.js';

/** The tokens that may have come since it was made: what a test allows for, however slow the machine. */
export class Refill {
  private readonly beganAtMs = performance.now();

  constructor(private readonly rate: Pick<Rate, 'perSecond'>) {}

  tokens(): number {
    return ((performance.now() - this.beganAtMs) * this.rate.perSecond) / 1000;
  }
}
