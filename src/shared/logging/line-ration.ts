import { Shares } from '../shares.js';

const INTERVAL_MS = 1000;

/**
 * Limits the log lines about something that clients cause. Each owner has a share of the lines of a second, so one
 * client that floods the log does not hide what happens to the others. Lines beyond that are only counted.
 */
export class LineRation {
  private shares: Shares | undefined;
  private leftOut = 0;

  /** @param report is called at the end of a second in which lines were left out, with their number */
  constructor(
    private readonly linesPerSecond: number,
    private readonly report: (leftOut: number) => void,
  ) {}

  /** @returns false if the line must be left out */
  take(owner: string): boolean {
    this.shares ??= this.begin();
    if (this.shares.take(owner)) return true;
    this.leftOut += 1;
    return false;
  }

  private begin(): Shares {
    setTimeout(this.end, INTERVAL_MS).unref();
    return new Shares(this.linesPerSecond);
  }

  private readonly end = (): void => {
    const { leftOut } = this;
    this.shares = undefined;
    this.leftOut = 0;
    if (leftOut > 0) this.report(leftOut);
  };
}
