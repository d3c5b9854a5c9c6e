import { EventEmitter, once } from 'node:events';
import type { Clock } from '../shared/time/clock.js';
import type { Batch, Entry } from './domain/batch.js';
import { compareEntries, type EntryId, entryTimeMs } from './domain/position.js';
import { KEPT_SECONDS, LiveLog } from './live-log.js';

/** Messages of one tenant that are kept. A message takes up to about 1 KB. */
const MAX_MESSAGES = 20_000;

/** The log of a process without Redis. Only this process writes and reads it. */
export class MemoryLog extends LiveLog {
  readonly isReachable = true;
  private readonly entries = new Map<string, Entry[]>();
  private readonly appended = new EventEmitter();
  private last: EntryId = '0-0';

  constructor(private readonly clock: Clock) {
    super();
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  announce(tenantIds: readonly string[]): Promise<void> {
    for (const [tenantId, entries] of this.entries) {
      if (!tenantIds.includes(tenantId)) this.trim(tenantId, entries);
    }
    for (const tenantId of tenantIds) this.onWatched(tenantId);
    return Promise.resolve();
  }

  append(tenantId: string, batch: Batch): Promise<EntryId> {
    const entries = this.entries.get(tenantId) ?? [];
    this.entries.set(tenantId, entries);
    this.last = this.nextId();
    entries.push({ id: this.last, batch });
    this.trim(tenantId, entries);
    this.appended.emit('appended');
    return Promise.resolve(this.last);
  }

  list(tenantId: string, from: EntryId, count: number): Promise<Entry[]> {
    const entries = this.entries.get(tenantId) ?? [];
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
    this.entries.clear();
  }

  private after(positions: ReadonlyMap<string, EntryId>): Map<string, Entry[]> {
    const found = new Map<string, Entry[]>();
    for (const [tenantId, id] of positions) {
      const entries = this.entries.get(tenantId) ?? [];
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

  private trim(tenantId: string, entries: Entry[]): void {
    const oldestMs = this.clock.nowMs() - KEPT_SECONDS * 1000;
    let messages = 0;
    const firstTooMany = entries.findLastIndex(({ batch }) => (messages += batch.messages.length) > MAX_MESSAGES);
    const firstKept = entries.findIndex(({ id }) => entryTimeMs(id) >= oldestMs);
    const end = firstKept === -1 ? entries.length : firstKept;
    entries.splice(0, Math.max(end, firstTooMany + 1));
    if (entries.length === 0) this.entries.delete(tenantId);
  }
}
