import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Batch, Entry } from './domain/batch.js';
import { compareEntries, type EntryId } from './domain/position.js';
import type { GapNotice } from './dto/stream-notices.js';
import type { LiveLog } from './live-log.js';
import type { Viewer } from './viewer.js';

/** Entries that are read at once for a viewer that comes back. */
const PAGE = 5;

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
  /** Batches that the viewers got although the log did not take them, or did so unnoticed. */
  private readonly delivered = new Set<string>();

  /** @param position the last entry that the viewers got */
  constructor(
    readonly tenantId: string,
    public position: EntryId,
    private readonly terms: StreamTerms,
  ) {}

  /** Sends a viewer what happened after its position, then lets it follow the others. @throws while Redis is away */
  async join(viewer: Viewer): Promise<void> {
    this.viewers.add(viewer);
    for (;;) {
      await viewer.demand();
      if (viewer.isGone) return;
      const entries = await this.terms.log.list(this.tenantId, viewer.at.entry, PAGE);
      for (const entry of entries) this.pass(viewer, entry);
      const isAtEnd = entries.length < PAGE;
      // From here on nothing is awaited, so the next entry that the stream reads is the next one for the viewer.
      if (isAtEnd && compareEntries(viewer.at.entry, this.position) >= 0) break;
    }
    viewer.isLive = true;
  }

  /** To be called again only when it has resolved. */
  async take(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      this.position = entry.id;
      if (this.delivered.delete(entry.batch.key)) continue;
      for (const viewer of this.viewers) if (viewer.isLive) this.pass(viewer, entry);
      // Lets the connections take what was written, or a burst would make fast viewers look slow.
      await nextTurn();
    }
  }

  /** Sends what the log did not take to the viewers of this process. */
  takeUndelivered({ key, messages }: Batch): void {
    if (this.viewers.size === 0) return;
    this.delivered.add(key);
    for (const viewer of this.viewers) {
      if (viewer.isLive) this.terms.onSkipped(viewer.takeUnordered(messages));
      this.dropSlow(viewer);
    }
  }

  /** Goes on from an entry, after earlier ones were lost. */
  restart(position: EntryId, lostSinceMs: number): void {
    this.position = position;
    for (const viewer of this.viewers) {
      viewer.moveTo({ entry: position, taken: 0 });
      viewer.notify('gap', this.gapSince(lostSinceMs));
    }
  }

  gapSince(fromMs: number): GapNotice {
    const toMs = this.terms.nowMs();
    const from = new Date(Math.min(fromMs, toMs)).toISOString();
    const to = new Date(toMs).toISOString();
    return { from, to, deliveries_url: `/deliveries?${new URLSearchParams({ since: from, until: to }).toString()}` };
  }

  private pass(viewer: Viewer, entry: Entry): void {
    const { key, skipped, lostSince } = entry.batch;
    const isNew = compareEntries(entry.id, viewer.at.entry) > 0;
    this.terms.onSkipped(viewer.take(entry));
    if (!isNew) return;
    if (skipped > 0) viewer.skip(skipped);
    // Viewers of the process that lost messages got them from it.
    const isOwn = key.startsWith(`${this.terms.origin}/`);
    if (lostSince !== null && !isOwn) viewer.notify('gap', this.gapSince(Date.parse(lostSince)));
    this.dropSlow(viewer);
  }

  private dropSlow(viewer: Viewer): void {
    if (viewer.isLive && viewer.isSlow) this.terms.onSlow(viewer);
  }
}
