import { EventEmitter, once } from 'node:events';
import type { Clock } from '../shared/time/clock.js';
import type { Batch, Entry } from './domain/batch.js';
import { compareEntries, type EntryId, entryTimeMs } from './domain/position.js';
import { KEPT_SECONDS, LiveLog } from './live-log.js';

const KEPT_MS = KEPT_SECONDS * 1000;
/** Messages of one tenant that are kept: what a process publishes in a minute at most. A message takes about 1 KB. */
const MAX_MESSAGES = 32_000;

interface Kept {
  readonly entries: Entry[];
  messages: number;
  /** On the monotonic clock. */
  watchedUntilMs: number;
}

/** The log of a process without Redis. Only this process writes and reads it. */
export class MemoryLog extends LiveLog {
  readonly isReachable = true;
  private readonly kept = new Map<string, Kept>();
  private readonly appended = new EventEmitter();
  private last: EntryId = '0-0';
  private cleaning: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock) {
    super();
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  announce(tenantIds: readonly string[]): Promise<void> {
    this.forgetUnwatched();
    for (const tenantId of tenantIds) {
      this.of(tenantId).watchedUntilMs = this.clock.monotonicMs() + KEPT_MS;
      this.onWatched(tenantId, null);
    }
    return Promise.resolve();
  }

  append(tenantId: string, batch: Batch): Promise<EntryId> {
    const kept = this.of(tenantId);
    this.last = this.nextId();
    kept.entries.push({ id: this.last, batch });
    kept.messages += batch.messages.length;
    this.trim(kept);
    this.appended.emit('appended');
    return Promise.resolve(this.last);
  }

  list(tenantId: string, from: EntryId, count: number): Promise<Entry[]> {
    const entries = this.kept.get(tenantId)?.entries ?? [];
    const first = entries.findIndex(({ id }) => compareEntries(id, from) >= 0);
    return Promise.resolve(first === -1 ? [] : entries.slice(first, first + count));
  }

  async read(after: ReadonlyMap<string, EntryId>, waitMs: number): Promise<Map<string, Entry[]>> {
    const found = this.after(after);
    if (found.size > 0 || waitMs === 0) return found;
    await once(this.appended, 'appended', { signal: AbortSignal.timeout(waitMs) }).catch(() => undefined);
    return this.after(after);
  }

  close(): void {
    clearTimeout(this.cleaning);
    this.kept.clear();
  }

  private of(tenantId: string): Kept {
    const known = this.kept.get(tenantId);
    if (known) return known;
    const kept = { entries: [], messages: 0, watchedUntilMs: this.clock.monotonicMs() + KEPT_MS };
    this.kept.set(tenantId, kept);
    this.cleanLater();
    return kept;
  }

  private after(positions: ReadonlyMap<string, EntryId>): Map<string, Entry[]> {
    const found = new Map<string, Entry[]>();
    for (const [tenantId, id] of positions) {
      const entries = this.kept.get(tenantId)?.entries ?? [];
      const first = entries.findLastIndex((entry) => compareEntries(entry.id, id) <= 0) + 1;
      if (first < entries.length) found.set(tenantId, entries.slice(first));
    }
    return found;
  }

  /** The clock may go back; ids must not. */
  private nextId(): EntryId {
    const now = `${this.clock.nowMs()}-0`;
    if (compareEntries(now, this.last) > 0) return now;
    const [ms = '0', number = '0'] = this.last.split('-');
    return `${ms}-${Number(number) + 1}`;
  }

  /** Keeps the newest entry, however old it is: a viewer may be there. */
  private trim(kept: Kept): void {
    const oldestMs = this.clock.nowMs() - KEPT_MS;
    const isForgotten = ({ id }: Entry): boolean => entryTimeMs(id) < oldestMs || kept.messages > MAX_MESSAGES;
    let count = 0;
    for (const entry of kept.entries.slice(0, -1)) {
      if (!isForgotten(entry)) break;
      kept.messages -= entry.batch.messages.length;
      count += 1;
    }
    kept.entries.splice(0, count);
  }

  private forgetUnwatched(): void {
    const nowMs = this.clock.monotonicMs();
    for (const [tenantId, { watchedUntilMs }] of this.kept) {
      if (watchedUntilMs <= nowMs) this.kept.delete(tenantId);
    }
  }

  /** Nothing else may happen after the last viewer has left. */
  private cleanLater(): void {
    this.cleaning ??= setTimeout(() => {
      this.cleaning = undefined;
      this.forgetUnwatched();
      if (this.kept.size > 0) this.cleanLater();
    }, KEPT_MS).unref();
  }
}
