import { Store } from '../lib/store';
import type { LiveMessage, LiveNotice } from '../live/live-connection';
import type { MessageFilter } from './live-search';
import { Pace } from './pace';

/** A line of the live view. */
export interface LiveRow {
  /** Later rows have greater numbers. */
  readonly number: number;
  /** When it came, by the clock of this browser, in milliseconds since the Unix epoch. */
  readonly cameMs: number;
  readonly what: LiveMessage | LiveNotice;
}

/** Rows that are kept, whatever comes. */
export const KEPT_ROWS = 1000;

/**
 * The last messages of the stream. It keeps the last thousand, and the last thousand that match the filter, so that a
 * filter finds what is rare, and a new filter finds what has just come.
 */
export class LiveFeed {
  /** Rows that match, newest first. */
  readonly rows = new Store<readonly LiveRow[]>([]);
  readonly pace = new Pace();
  private recent: readonly LiveRow[] = [];
  private latest = 0;
  private filter = { name: '', matches: (() => true) as MessageFilter };

  take(messages: readonly LiveMessage[], nowMs: number): void {
    for (const message of messages) this.pace.count(message, nowMs);
    this.add(messages, nowMs);
  }

  note(notice: LiveNotice, nowMs: number): void {
    if (notice.kind === 'skipped') this.pace.skip(notice.body.occurred_at, nowMs);
    this.add([notice], nowMs);
  }

  /** Shows what matches. @param name tells one filter from another */
  narrow(name: string, matches: MessageFilter): void {
    if (name === this.filter.name) return;
    this.filter = { name, matches };
    this.rows.set(this.recent.filter(({ what }) => this.isShown(what)));
  }

  clear(): void {
    this.recent = [];
    this.rows.set([]);
  }

  /** What comes next belongs to somebody else. */
  forget(): void {
    this.clear();
    this.pace.forget();
  }

  private add(what: readonly (LiveMessage | LiveNotice)[], cameMs: number): void {
    const added = what.slice(-KEPT_ROWS).map((each) => ({ number: (this.latest += 1), cameMs, what: each }));
    added.reverse();
    this.recent = withAdded(this.recent, added);
    const shown = added.filter((row) => this.isShown(row.what));
    if (shown.length > 0) this.rows.update((rows) => withAdded(rows, shown));
  }

  /** What the stream says about itself is always shown. */
  private isShown(what: LiveMessage | LiveNotice): boolean {
    return !isMessage(what) || this.filter.matches(what);
  }
}

export function isMessage(what: LiveMessage | LiveNotice): what is LiveMessage {
  return what.kind === 'event.accepted' || what.kind === 'delivery.attempted' || what.kind === 'delivery.changed';
}

function withAdded(rows: readonly LiveRow[], added: readonly LiveRow[]): readonly LiveRow[] {
  return [...added, ...rows.slice(0, Math.max(0, KEPT_ROWS - added.length))];
}
