import type { LiveMessage } from '../live/live-connection';

/** What happened within one second. */
export interface Second {
  readonly events: number;
  readonly attempts: number;
  /** Of the attempts. */
  readonly failures: number;
}

export interface Rates {
  /** Per second. */
  readonly events: number;
  readonly attempts: number;
  /** Part of the attempts that failed, from 0 to 1; null if there were none. */
  readonly failedShare: number | null;
  /** Whether messages were left out meanwhile, so that there were more than these. */
  readonly isAtLeast: boolean;
}

const SHOWN_SECONDS = 60;
const RATE_SECONDS = 10;
/** Messages of a second arrive up to half a second later, so the last second is not complete. */
const UNFINISHED_SECONDS = 1;
const KEPT_SECONDS = SHOWN_SECONDS + 30;
const NOTHING: Second = { events: 0, attempts: 0, failures: 0 };

/**
 * Counts messages by the second in which they were reported. The clocks of browser and service may differ, and what
 * was missed comes all at once: so the time of a message counts, and the smallest distance between the clocks.
 */
export class Pace {
  private readonly seconds = new Map<number, Second>();
  private readonly skipped = new Set<number>();
  /** The clock of this browser minus that of the service, in milliseconds, with the shortest way of a message. */
  private offsetMs = 0;
  private isOffsetKnown = false;
  private firstSecond = Infinity;

  count({ kind, body }: LiveMessage, nowMs: number): void {
    const second = this.secondAt(body.occurred_at, nowMs);
    if (kind === 'delivery.changed') return;
    const { events, attempts, failures } = this.seconds.get(second) ?? NOTHING;
    const isAttempt = kind === 'delivery.attempted';
    this.seconds.set(second, {
      events: events + (isAttempt ? 0 : 1),
      attempts: attempts + (isAttempt ? 1 : 0),
      failures: failures + (isAttempt && body.error !== null ? 1 : 0),
    });
  }

  /** Messages of that time were left out. */
  skip(at: string, nowMs: number): void {
    this.skipped.add(this.secondAt(at, nowMs));
  }

  /** Means of the last ten seconds, or of those that were followed. */
  rates(nowMs: number): Rates {
    const last = this.lastSecond(nowMs);
    const followed = Math.min(RATE_SECONDS, Math.max(1, last - this.firstSecond + 1));
    const sum = { events: 0, attempts: 0, failures: 0 };
    for (let second = last - RATE_SECONDS + 1; second <= last; second += 1) {
      const { events, attempts, failures } = this.seconds.get(second) ?? NOTHING;
      sum.events += events;
      sum.attempts += attempts;
      sum.failures += failures;
    }
    return {
      events: sum.events / followed,
      attempts: sum.attempts / followed,
      failedShare: sum.attempts === 0 ? null : sum.failures / sum.attempts,
      isAtLeast: [...this.skipped].some((second) => second > last - RATE_SECONDS),
    };
  }

  /** The last minute, oldest second first. */
  lastMinute(nowMs: number): Second[] {
    const last = this.lastSecond(nowMs);
    return Array.from(
      { length: SHOWN_SECONDS },
      (_, index) => this.seconds.get(last - SHOWN_SECONDS + 1 + index) ?? NOTHING,
    );
  }

  forget(): void {
    this.seconds.clear();
    this.skipped.clear();
    this.isOffsetKnown = false;
    this.offsetMs = 0;
    this.firstSecond = Infinity;
  }

  private secondAt(at: string, nowMs: number): number {
    const atMs = Date.parse(at);
    const offsetMs = nowMs - atMs;
    this.offsetMs = this.isOffsetKnown ? Math.min(this.offsetMs, offsetMs) : offsetMs;
    this.isOffsetKnown = true;
    const second = Math.floor(atMs / 1000);
    this.firstSecond = Math.min(this.firstSecond, second);
    this.dropOld(nowMs);
    return second;
  }

  private lastSecond(nowMs: number): number {
    return Math.floor((nowMs - this.offsetMs) / 1000) - UNFINISHED_SECONDS;
  }

  private dropOld(nowMs: number): void {
    const oldest = this.lastSecond(nowMs) - KEPT_SECONDS;
    for (const kept of [this.seconds, this.skipped])
      for (const second of kept.keys()) if (second < oldest) kept.delete(second);
  }
}
