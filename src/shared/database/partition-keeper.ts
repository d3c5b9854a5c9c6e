import { LRUCache } from 'lru-cache';
import type { DataSource, EntityManager } from 'typeorm';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { firstUuidAt, type Uuid, uuidTimeMs } from '../ids/uuid.js';

/** Tables with one partition per day (UTC), by range of an id that starts with the time of its event. */
const PARTITIONED_TABLES = ['events', 'deliveries', 'attempts'] as const;
type PartitionedTable = (typeof PARTITIONED_TABLES)[number];

const DAY_MS = 86_400_000;
/** A week ahead, in case no process runs for days; one day behind, in case clocks differ. */
const DAYS_AHEAD = 7;
const DAYS_BEHIND = 1;
/** Maximum wait for the lock of a drop, because other statements queue behind it. The next run tries again. */
const LOCK_TIMEOUT = '3s';

/** Name of the table's partition for an event and everything that belongs to it. */
export function partitionOf(table: PartitionedTable, uuid: string): string {
  return partitionName(table, uuidTimeMs(uuid));
}

/** Cached date suffixes by day, because every delivery needs one. */
const dayNames = new LRUCache<number, string>({ max: 1000 });

function partitionName(table: PartitionedTable, timeMs: number): string {
  const day = Math.floor(timeMs / DAY_MS);
  const known = dayNames.get(day);
  const name = known ?? new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '');
  if (known === undefined) dayNames.set(day, name);
  return `${table}_${name}`;
}

/** Result of dropping expired days. */
export interface Dropped {
  /** Dropped days as YYYYMMDD. */
  readonly days: readonly string[];
  /** Errors of days that could not be dropped. */
  readonly failures: readonly unknown[];
}

/** Creates partitions before they are needed and drops them after the retention period. */
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

  private async make(days: readonly number[]): Promise<void> {
    await this.dataSource.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.partitions]);
      for (const table of PARTITIONED_TABLES) {
        for (const dayMs of days) await makePartition(tx, table, dayMs);
      }
    });
  }

  /**
   * Drops partitions older than the retention period, one day at a time, so that a failed run still makes progress.
   *
   * @param beforeDropping ends what outlives its event; gets the first id that is kept
   * @returns null if another process is already doing this
   */
  async dropExpired(
    today: Date,
    retentionDays: number,
    beforeDropping: (firstKept: Uuid) => Promise<void>,
  ): Promise<Dropped | null> {
    const firstKeptMs = (Math.floor(today.getTime() / DAY_MS) - retentionDays) * DAY_MS;
    // This transaction only holds the lock, on its own connection.
    return this.dataSource.transaction(async (lock) => {
      const [row] = await lock.query<{ taken: boolean }[]>('select pg_try_advisory_xact_lock($1) as taken', [
        ADVISORY_LOCKS.retention,
      ]);
      if (!row?.taken) return null;
      await beforeDropping(firstUuidAt(firstKeptMs));
      const days = Map.groupBy(await partitionsBefore(this.dataSource, firstKeptMs), dayOf);
      const dropped: string[] = [];
      const failures: unknown[] = [];
      for (const [day, partitions] of days) {
        await this.dropTogether(partitions).then(
          () => dropped.push(day),
          (error: unknown) => failures.push(error),
        );
      }
      return { days: dropped, failures };
    });
  }

  private dropTogether(partitions: readonly string[]): Promise<void> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
      await tx.query(`drop table ${partitions.join(', ')}`);
    });
  }
}

/** Creates the partition separately and then attaches it, which does not block readers and writers of the parent. */
async function makePartition(tx: EntityManager, table: PartitionedTable, dayMs: number): Promise<void> {
  const name = partitionName(table, dayMs);
  const [found] = await tx.query<{ exists: boolean }[]>('select to_regclass($1) is not null as exists', [name]);
  if (found?.exists) return;
  await tx.query(`create table ${name} (like ${table} including all)`);
  await tx.query(
    `alter table ${table} attach partition ${name}
     for values from ('${firstUuidAt(dayMs)}') to ('${firstUuidAt(dayMs + DAY_MS)}')`,
  );
}

async function partitionsBefore(database: Pick<DataSource, 'query'>, timeMs: number): Promise<string[]> {
  const rows = await database.query<{ name: string }[]>(
    `select child.relname as name from pg_inherits join pg_class child on child.oid = inhrelid
     where inhparent = any(array(select to_regclass(name)::oid from unnest($1::text[]) name))
       and child.relkind = 'r' and child.relname ~ '_[0-9]{8}$'
     order by right(child.relname, 8)`,
    [PARTITIONED_TABLES],
  );
  const firstKept = dayOf(partitionName('events', timeMs));
  return rows.map(({ name }) => name).filter((name) => dayOf(name) < firstKept);
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

function dayOf(partition: string): string {
  return partition.slice(-8);
}
