import { boundedCache } from '../shared/bounded-cache.js';
import { Unavailable } from '../shared/errors/domain-error.js';
import { GroupWriter } from '../shared/group-writer.js';
import type { Clock } from '../shared/time/clock.js';

/**
 * What was read is believed for so long, and read again beforehand while it is in use. Together with the read: within a
 * second.
 */
const LIFE_MS = 850;
const REFRESH_MS = 700;
const MAX_ENTRIES = 10_000;
/** Apart, so that somebody who guesses ids pushes out nobody who has one. */
const MAX_UNKNOWN = 1000;
const MAX_GROUP = 500;
/** Beyond this a read does not wait for a second query after one that failed. */
const PATIENCE_MS = 250;
/** A publisher is to have its 503 within 5 s, and the write that follows may wait as long again. */
const READ_TIMEOUT_MS = 2500;

interface Entry<T> {
  readonly value: T | null;
  readonly readAtMs: number;
}

/**
 * Rows by id, believed for less than a second, so that a change made by any process is seen by all within one. Reads
 * are made together, one query at a time: a flood of ids that do not exist takes one connection, not all of them.
 *
 * `fetchMethod` of `lru-cache` reads ids one by one, and each read in flight takes a place: 20,000 unknown ids pushed
 * out all 10,000 known ones, and 10,000 callers were refused (ADR 019).
 */
export class BriefCache<T> {
  private readonly entries = boundedCache<string, Entry<T>>(MAX_ENTRIES);
  private readonly unknown = boundedCache<string, Entry<T>>(MAX_UNKNOWN);
  private readonly refreshing = new Set<string>();
  private readonly reader: GroupWriter<string, T | null>;

  /** @param read rows by id, in any order, without those that do not exist */
  constructor(
    read: (ids: string[]) => Promise<ReadonlyMap<string, T>>,
    private readonly clock: Clock,
  ) {
    const readInOrder = async (ids: string[]): Promise<(T | null)[]> => {
      const readAtMs = clock.monotonicMs();
      const found = await read([...new Set(ids)]);
      return ids.map((id) => {
        const value = found.get(id) ?? null;
        this.forget(id);
        (value === null ? this.unknown : this.entries).set(id, { value, readAtMs });
        return value;
      });
    };
    const patience = { ms: PATIENCE_MS, monotonicMs: () => clock.monotonicMs() };
    this.reader = new GroupWriter(readInOrder, { items: MAX_GROUP, groups: 1, patience });
  }

  /** At once when it is known; null when there is no such row. */
  get(id: string): T | null | Promise<T | null> {
    const entry = this.entries.get(id) ?? this.unknown.get(id);
    const ageMs = entry === undefined ? Infinity : this.clock.monotonicMs() - entry.readAtMs;
    if (entry === undefined || ageMs >= LIFE_MS) return this.read(id);
    if (ageMs >= REFRESH_MS) this.refresh(id);
    return entry.value;
  }

  /** After a change that this process made itself. */
  forget(id: string): void {
    this.entries.delete(id);
    this.unknown.delete(id);
  }

  /** @throws Unavailable when PostgreSQL takes too long: whoever waits here has the rest of his request before him. */
  private read(id: string): Promise<T | null> {
    return Promise.race([this.reader.submit(id), refusal(READ_TIMEOUT_MS)]);
  }

  private refresh(id: string): void {
    if (this.refreshing.has(id)) return;
    this.refreshing.add(id);
    this.reader
      .submit(id)
      // Whoever needs it when its life is over hears of the failure.
      .catch(() => undefined)
      .finally(() => this.refreshing.delete(id));
  }
}

function refusal(afterMs: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => {
      reject(new Unavailable('The database does not answer.'));
    }, afterMs).unref();
  });
}
