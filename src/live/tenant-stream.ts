import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Batch, Entry } from './domain/batch.js';
import { compareEntries, type EntryId, entryTimeMs } from './domain/position.js';
import type { GapNotice } from './dto/stream-notices.js';
import type { LiveLog } from './live-log.js';
import type { Viewer } from './viewer.js';

/** Entries that are read at once for a viewer that comes back. */
const PAGE = 5;
/** Batches to remember that the log did not take. If it did so unnoticed, they appear within seconds. */
const MAX_UNTAKEN = 100;

/** What a stream does with the batches of this very process, and how it counts. */
export interface StreamTerms {
  readonly log: LiveLog;
  /** Names the batches of this process. */
  readonly origin: string;
  readonly onSkipped: (messages: number) => void;
  readonly onSlow: (viewer: Viewer) => void;
  readonly nowMs: () => number;
}

/** The viewers of one tenant at this process. All of them get the entries of the log in the same order. */
export class TenantStream {
  readonly viewers = new Set<Viewer>();
  /** Keys of batches that the viewers got although the log did not take them, or did so unnoticed. */
  private readonly untaken = new Set<string>();

  /** @param position the last entry that the viewers got */
  constructor(
    readonly tenantId: string,
    public position: EntryId,
    private readonly terms: StreamTerms,
  ) {}

  /** Sends a viewer what happened after its position, then lets it follow the others. @throws while Redis is away */
  async join(viewer: Viewer): Promise<void> {
    this.viewers.add(viewer);
    for (let isAtEnd = false; ;) {
      await viewer.demand();
      if (viewer.isGone) return;
      // From here on nothing is awaited, so the next entry that the stream reads is the next one for the viewer.
      if (isAtEnd && compareEntries(viewer.at.entry, this.position) >= 0) break;
      isAtEnd = (await this.sendPage(viewer)) < PAGE;
    }
    viewer.goLive(this.terms.nowMs());
  }

  /** To be called again only when it has resolved. */
  async take(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      this.position = entry.id;
      if (this.untaken.delete(entry.batch.key)) continue;
      for (const viewer of this.viewers) if (viewer.isLive) this.pass(viewer, entry);
      // Lets the connections take what was written, or a burst would make fast viewers look slow.
      await nextTurn();
    }
  }

  /** Sends what the log did not take to the viewers of this process. */
  takeUndelivered({ key, messages, skipped }: Batch): void {
    if (this.viewers.size === 0) return;
    this.remember(key);
    for (const viewer of this.viewers) {
      if (viewer.isLive) this.terms.onSkipped(viewer.takeUnordered(messages));
      // Its place is still among earlier messages.
      else if (messages[0] !== undefined) viewer.notify('gap', this.gapSince(Date.parse(messages[0].body.occurred_at)));
      viewer.skip(skipped);
      this.dropSlow(viewer);
    }
  }

  /** Goes on from an entry, after earlier ones were lost. */
  restart(position: EntryId, lostSinceMs: number): void {
    this.position = position;
    for (const viewer of this.viewers) viewer.moveTo({ entry: position, taken: 0 });
    this.reportGap(lostSinceMs);
  }

  reportGap(fromMs: number): void {
    for (const viewer of this.viewers) viewer.notify('gap', this.gapSince(fromMs));
  }

  gapSince(fromMs: number): GapNotice {
    const toMs = this.terms.nowMs();
    const from = new Date(Math.min(fromMs, toMs)).toISOString();
    const to = new Date(toMs).toISOString();
    return { from, to, deliveries_url: `/deliveries?${new URLSearchParams({ since: from, until: to }).toString()}` };
  }

  /** @returns the number of entries in the page, of which the first is the one where the viewer is */
  private async sendPage(viewer: Viewer): Promise<number> {
    const { entry: from } = viewer.at;
    const entries = await this.terms.log.list(this.tenantId, from, PAGE);
    // A viewer that reads slowly may be overtaken by what the log forgets.
    if (entries[0]?.id !== from && viewer.at.entry === from) {
      viewer.notify('gap', this.gapSince(entryTimeMs(from)));
      if (entries.length === 0) viewer.moveTo({ entry: this.position, taken: 0 });
    }
    for (const entry of entries) this.pass(viewer, entry);
    return entries.length;
  }

  private pass(viewer: Viewer, entry: Entry): void {
    const { key, skipped, lostSince } = entry.batch;
    const isNew = compareEntries(entry.id, viewer.at.entry) > 0;
    const lostSinceMs = lostSince === null ? null : Date.parse(lostSince);
    // Those who were here when this process lost messages got them from it.
    const isSpared = key.startsWith(`${this.terms.origin}/`) && viewer.hasFollowedSince(lostSinceMs ?? 0);
    // Before the messages: a viewer that comes back in the midst of them has got it.
    if (isNew && lostSinceMs !== null && !isSpared) viewer.notify('gap', this.gapSince(lostSinceMs));
    if (isNew) viewer.skip(skipped);
    this.terms.onSkipped(viewer.take(entry));
    this.dropSlow(viewer);
  }

  private remember(key: string): void {
    this.untaken.add(key);
    const [oldest] = this.untaken;
    if (this.untaken.size > MAX_UNTAKEN && oldest !== undefined) this.untaken.delete(oldest);
  }

  private dropSlow(viewer: Viewer): void {
    if (viewer.isLive && viewer.isSlow) this.terms.onSlow(viewer);
  }
}
