/** Where chance comes from, so that tests can set it. */
export abstract class Random {
  /** From 0 to just below 1. */
  abstract next(): number;
}

export class SystemRandom extends Random {
  next(): number {
    return Math.random();
  }
}
