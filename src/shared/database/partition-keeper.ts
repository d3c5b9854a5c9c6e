import { LRUCache } from 'lru-cache';
import type { DataSource, EntityManager } from 'typeorm';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { firstUuidAt, uuidTimeMs } from '../ids/uuid.js';

/** Tables with one partition per day (UTC), by range of an id that starts with the time of its event. */
export const PARTITIONED_TABLES = ['events', 'event_tags', 'deliveries', 'attempts', 'delivery_repeats'] as const;
type PartitionedTable = (typeof PARTITIONED_TABLES)[number];

export const DAY_MS = 86_400_000;
/** A week ahead, in case no process runs for days; one day behind, in case clocks differ. */
const DAYS_AHEAD = 7;
const DAYS_BEHIND = 1;

/** Name of the table's partition for an event and everything that belongs to it. */
export function partitionOf(table: PartitionedTable, uuid: string): string {
  return partitionName(table, uuidTimeMs(uuid));
}

/** Cached date suffixes by day, because every delivery needs one. */
const dayNames = new LRUCache<number, string>({ max: 1000 });

export function partitionName(table: PartitionedTable, timeMs: number): string {
  const day = Math.floor(timeMs / DAY_MS);
  const known = dayNames.get(day);
  const name = known ?? new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '');
  if (known === undefined) dayNames.set(day, name);
  return `${table}_${name}`;
}

/** Creates partitions before they are needed. ExpiredPartitions drops them. */
export class PartitionKeeper {
  constructor(private readonly dataSource: DataSource) {}

  async databaseNow(): Promise<Date> {
    const [row] = await this.dataSource.query<{ ms: number }[]>(
      'select (extract(epoch from now()) * 1000)::float8 as ms',
    );
    return new Date(row?.ms ?? NaN);
  }

  async makeAhead(today: Date): Promise<void> {
    const firstDay = Math.floor(today.getTime() / DAY_MS) - DAYS_BEHIND;
    const days = Array.from({ length: DAYS_BEHIND + DAYS_AHEAD + 1 }, (_, index) => (firstDay + index) * DAY_MS);
    await this.make(days);
  }

  /** Creates the partitions of one day. Needed if a clock is so wrong that the day was not created ahead. */
  async makeDay(dayMs: number): Promise<void> {
    await this.make([dayMs]);
  }

  /**
   * Completes the block range indexes of past days. PostgreSQL leaves out the last range of a table, which every search
   * by time would read, on each of the days.
   */
  async completeIndexes(today: Date): Promise<void> {
    await this.dataSource.query(
      `select brin_summarize_new_values(i.indexrelid)
       from pg_inherits join pg_class child on child.oid = inhrelid join pg_index i on i.indrelid = child.oid
       join pg_class c on c.oid = i.indexrelid join pg_am on pg_am.oid = c.relam and amname = 'brin'
       where inhparent = any(array(select to_regclass(name)::oid from unnest($1::text[]) name))
         and right(child.relname, 8) < $2`,
      [PARTITIONED_TABLES, partitionName('events', today.getTime()).slice(-8)],
    );
  }

  private async make(days: readonly number[]): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.partitions]);
      for (const table of PARTITIONED_TABLES) {
        for (const dayMs of days) await makePartition(tx, table, dayMs);
      }
    });
  }
}

/**
 * Creates the partition separately and then attaches it, which does not block readers and writers of the parent. A
 * partition that was detached but not dropped is attached again.
 */
async function makePartition(tx: EntityManager, table: PartitionedTable, dayMs: number): Promise<void> {
  const name = partitionName(table, dayMs);
  const [found] = await tx.query<{ relispartition: boolean }[]>(
    'select relispartition from pg_class where oid = to_regclass($1)',
    [name],
  );
  if (found?.relispartition) return;
  if (found === undefined) await tx.query(`create table ${name} (like ${table} including all)`);
  await tx.query(
    `alter table ${table} attach partition ${name}
     for values from ('${firstUuidAt(dayMs)}') to ('${firstUuidAt(dayMs + DAY_MS)}')`,
  );
}

/**
 * Returns the day for which a partition is missing.
 *
 * @returns the start of the day in milliseconds since the Unix epoch; null if the error has another cause
 */
export function missingDay(error: unknown): number | null {
  const { driverError = error } = error as { driverError?: unknown };
  const { code, routine, detail } = driverError as { code?: unknown; routine?: unknown; detail?: unknown };
  if (code !== '23514' || routine !== 'ExecFindPartition') return null;
  // Only the id is parsed, because the server may translate the rest of the text.
  const id = /\(([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22})\b/.exec(String(detail))?.[1];
  return id === undefined ? null : Math.floor(uuidTimeMs(id) / DAY_MS) * DAY_MS;
}
