const FIRST_SIZE = 1 << 16;

/**
 * A set of attempts, stored as 64-bit hashes in a table that is at most half full, so that millions fit into memory.
 */
export class SeenAttempts {
  private high = new Uint32Array(FIRST_SIZE);
  private low = new Uint32Array(FIRST_SIZE);
  private count = 0;

  /** @returns false if the attempt has been seen before */
  add(attempt: string): boolean {
    let high = 0x811c9dc5;
    let low = 0x9e3779b9;
    for (let at = 0; at < attempt.length; at += 1) {
      const code = attempt.charCodeAt(at);
      high = Math.imul(high ^ code, 0x01000193);
      low = Math.imul(low ^ code, 0x85ebca6b) ^ (low >>> 15);
    }
    // Two zero halves mark an empty place.
    if (!this.insert(high >>> 0, (low | 1) >>> 0)) return false;
    this.count += 1;
    if (this.count * 2 > this.high.length) this.grow();
    return true;
  }

  private insert(high: number, low: number): boolean {
    const mask = this.high.length - 1;
    let at = (high ^ (low >>> 7)) & mask;
    while (this.low[at] !== 0) {
      if (this.low[at] === low && this.high[at] === high) return false;
      at = (at + 1) & mask;
    }
    this.high[at] = high;
    this.low[at] = low;
    return true;
  }

  private grow(): void {
    const { high, low } = this;
    this.high = new Uint32Array(high.length * 2);
    this.low = new Uint32Array(high.length * 2);
    low.forEach((each, at) => {
      if (each !== 0) this.insert(high[at]!, each);
    });
  }
}
