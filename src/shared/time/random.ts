/** Source of random numbers, which tests can replace. */
export abstract class Random {
  /** A number from 0 (inclusive) to 1 (exclusive). */
  abstract next(): number;
}

export class SystemRandom extends Random {
  next(): number {
    return Math.random();
  }
}
