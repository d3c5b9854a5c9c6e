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

/** Rows that match a filter, newest first. */
export interface LiveRows {
  /** Tells one filter from another. */
  readonly filterName: string;
  readonly rows: readonly LiveRow[];
}

/** Rows that are kept, whatever comes. */
export const KEPT_ROWS = 1000;

/**
 * The last messages of the stream. It keeps the last thousand, and the last thousand that match the filter, so that a
 * filter finds what is rare, and a new filter finds what has just come.
 */
export class LiveFeed {
  readonly shown = new Store<LiveRows>({ filterName: '', rows: [] });
  readonly pace = new Pace();
  private recent: readonly LiveRow[] = [];
  private latest = 0;
  private matches: MessageFilter = () => true;

  take(messages: readonly LiveMessage[], nowMs: number): void {
    for (const message of messages) this.pace.count(message, nowMs);
    this.add(messages, nowMs);
  }

  note(notice: LiveNotice, nowMs: number): void {
    if (notice.kind === 'skipped') this.pace.skip(notice.body.occurred_at, nowMs);
    this.add([notice], nowMs);
  }

  /** Shows what matches. */
  narrow(filterName: string, matches: MessageFilter): void {
    if (filterName === this.shown.get().filterName) return;
    this.matches = matches;
    this.shown.set({ filterName, rows: this.recent.filter(({ what }) => this.isShown(what)) });
  }

  clear(): void {
    this.recent = [];
    this.shown.update(({ filterName }) => ({ filterName, rows: [] }));
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
    const matching = added.filter((row) => this.isShown(row.what));
    if (matching.length === 0) return;
    this.shown.update(({ filterName, rows }) => ({ filterName, rows: withAdded(rows, matching) }));
  }

  /** What the stream says about itself is always shown. */
  private isShown(what: LiveMessage | LiveNotice): boolean {
    return !isMessage(what) || this.matches(what);
  }
}

export function isMessage(what: LiveMessage | LiveNotice): what is LiveMessage {
  return what.kind === 'event.accepted' || what.kind === 'delivery.attempted' || what.kind === 'delivery.changed';
}

function withAdded(rows: readonly LiveRow[], added: readonly LiveRow[]): readonly LiveRow[] {
  return [...added, ...rows.slice(0, Math.max(0, KEPT_ROWS - added.length))];
}
