import type { Batch, Entry } from './domain/batch.js';
import type { EntryId } from './domain/position.js';

/** A log keeps entries, and announcements last, for this long. Viewers that come back within a minute miss nothing. */
export const KEPT_SECONDS = 90;

/**
 * For each watched tenant, what happened lately, in one order for all viewers. All methods but `start` and `close`
 * reject while the log is out of reach.
 */
export abstract class LiveLog {
  /**
   * Called when some process announces that a tenant has viewers.
   *
   * `missedSinceMs`: if earlier announcements may have been missed, the time since when, in milliseconds since the Unix
   * epoch; otherwise null
   */
  onWatched: (tenantId: string, missedSinceMs: number | null) => void = () => undefined;

  /** False while announcements may be missed. */
  abstract readonly isReachable: boolean;

  /** Listens for announcements. Resolves when it does, or after a second. */
  abstract start(): Promise<void>;

  /**
   * Tells all processes that tenants have viewers. Forgets the entries of those that were announced last more than
   * `KEPT_SECONDS` ago: processes may have stopped publishing.
   */
  abstract announce(tenantIds: readonly string[]): Promise<void>;

  /** Adds an entry. Forgets those that are older than `KEPT_SECONDS`, or too many. @returns its id */
  abstract append(tenantId: string, batch: Batch): Promise<EntryId>;

  /** @returns up to `count` entries, beginning with the one named or the next one */
  abstract list(tenantId: string, from: EntryId, count: number): Promise<Entry[]>;

  /** Waits some time for entries after the given ones. @returns those of each tenant that has any */
  abstract read(after: ReadonlyMap<string, EntryId>, waitMs: number): Promise<Map<string, Entry[]>>;

  abstract close(): void;

  /** Whether an entry is kept. If it is, all later ones are kept, too. */
  async has(tenantId: string, id: EntryId): Promise<boolean> {
    return (await this.list(tenantId, id, 1))[0]?.id === id;
  }
}
