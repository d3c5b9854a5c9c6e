import type { DataSource, EntityManager } from 'typeorm';
import { boundedCache } from '../bounded-cache.js';
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
const dayNames = boundedCache<number, string>(1000);

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

  /** @param todays today, by each clock that may give ids their time */
  async makeAhead(...todays: readonly Date[]): Promise<void> {
    const days = todays.flatMap((today) => {
      const firstDay = Math.floor(today.getTime() / DAY_MS) - DAYS_BEHIND;
      return Array.from({ length: DAYS_BEHIND + DAYS_AHEAD + 1 }, (_, index) => (firstDay + index) * DAY_MS);
    });
    await this.make([...new Set(days)]);
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
    const wanted = PARTITIONED_TABLES.flatMap((table) => days.map((dayMs) => ({ table, dayMs })));
    // Nearly always, all are there. Then nobody waits for the lock.
    if ((await missing(this.dataSource, wanted)).length === 0) return;
    await this.dataSource.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.partitions]);
      for (const partition of await missing(tx, wanted)) await makePartition(tx, partition);
    });
  }
}

interface Partition {
  readonly table: PartitionedTable;
  readonly dayMs: number;
}

/** A partition whose table does not have it. */
interface MissingPartition extends Partition {
  /** Whether it exists: it was detached but not dropped. */
  readonly exists: boolean;
}

async function missing(reader: DataSource | EntityManager, wanted: readonly Partition[]): Promise<MissingPartition[]> {
  const names = wanted.map(({ table, dayMs }) => partitionName(table, dayMs));
  const rows = await reader.query<{ position: number; exists: boolean }[]>(
    `select position::int, oid is not null as exists
     from unnest($1::text[]) with ordinality wanted(name, position) left join pg_class on oid = to_regclass(name)
     where relispartition is not true order by position`,
    [names],
  );
  return rows.flatMap(({ position, exists }) => {
    const partition = wanted[position - 1];
    return partition === undefined ? [] : [{ ...partition, exists }];
  });
}

/**
 * Creates the partition separately and then attaches it, which does not block readers and writers of the parent. A
 * partition that was detached but not dropped is attached again.
 */
async function makePartition(tx: EntityManager, { table, dayMs, exists }: MissingPartition): Promise<void> {
  const name = partitionName(table, dayMs);
  if (!exists) await tx.query(`create table ${name} (like ${table} including all)`);
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
