import { LRUCache } from 'lru-cache';
import type { DataSource, EntityManager } from 'typeorm';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { firstUuidAt, uuidTimeMs } from '../ids/uuid.js';

/** Partitioned by range of an id that begins with the time of its event; one partition a day (UTC). */
const PARTITIONED_TABLES = ['events', 'deliveries', 'attempts'] as const;
type PartitionedTable = (typeof PARTITIONED_TABLES)[number];

const DAY_MS = 86_400_000;
/** Made ahead, so that a week without any running process does no harm. One behind, for clocks that differ. */
const DAYS_AHEAD = 7;
const DAYS_BEHIND = 1;
/** A drop waits for readers of the table no longer than this: others would queue behind it. It is tried again later. */
const LOCK_TIMEOUT = '3s';

/** Name of the partition that holds an event and all that came of it. */
export function partitionOf(table: PartitionedTable, uuid: string): string {
  return partitionName(table, uuidTimeMs(uuid));
}

/** Days as they stand in names, since each delivery asks for one. Seldom more than the days of the retention. */
const dayNames = new LRUCache<number, string>({ max: 1000 });

function partitionName(table: PartitionedTable, timeMs: number): string {
  const day = Math.floor(timeMs / DAY_MS);
  const known = dayNames.get(day);
  const name = known ?? new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '');
  if (known === undefined) dayNames.set(day, name);
  return `${table}_${name}`;
}

/** Makes partitions before they are needed and drops them when their time is over. */
export class PartitionKeeper {
  constructor(private readonly dataSource: DataSource) {}

  async makeAhead(today: Date): Promise<void> {
    const firstDay = Math.floor(today.getTime() / DAY_MS) - DAYS_BEHIND;
    const days = Array.from({ length: DAYS_BEHIND + DAYS_AHEAD + 1 }, (_, index) => (firstDay + index) * DAY_MS);
    await this.dataSource.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.retention]);
      for (const table of PARTITIONED_TABLES) {
        for (const dayMs of days) await makePartition(tx, table, dayMs);
      }
    });
  }

  /**
   * Drops what is older than the retention. Deliveries of those days that are still open are cancelled first: only a
   * pause can hold one so long, and its event is about to go.
   *
   * @returns the days that were dropped (as YYYYMMDD) and how many deliveries were cancelled; null when another process
   *   is at it
   */
  async dropExpired(today: Date, retentionDays: number): Promise<{ days: string[]; cancelled: number } | null> {
    const firstKeptMs = (Math.floor(today.getTime() / DAY_MS) - retentionDays) * DAY_MS;
    return this.dataSource.transaction(async (tx) => {
      const [lock] = await tx.query<{ taken: boolean }[]>('select pg_try_advisory_xact_lock($1) as taken', [
        ADVISORY_LOCKS.retention,
      ]);
      if (!lock?.taken) return null;
      await tx.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
      const expired = await partitionsBefore(tx, firstKeptMs);
      const [gone] = await tx.query<{ count: number }[]>(
        `with gone as (delete from open_deliveries where id < $1 returning 1) select count(*)::int as count from gone`,
        [firstUuidAt(firstKeptMs)],
      );
      for (const partition of expired) await tx.query(`drop table ${partition}`);
      await tx.query('delete from idempotency_keys where expires_at < now()');
      return { days: [...new Set(expired.map(dayOf))], cancelled: gone?.count ?? 0 };
    });
  }
}

/** Made apart and then attached: that waits for no reader or writer of the parent, and holds up none. */
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

async function partitionsBefore(tx: EntityManager, timeMs: number): Promise<string[]> {
  const rows = await tx.query<{ name: string }[]>(
    `select child.relname as name from pg_inherits join pg_class child on child.oid = inhrelid
     where inhparent = any(array(select to_regclass(name)::oid from unnest($1::text[]) name))
       and child.relkind = 'r' and child.relname ~ '_[0-9]{8}$'`,
    [PARTITIONED_TABLES],
  );
  const firstKept = dayOf(partitionName('events', timeMs));
  return rows.map(({ name }) => name).filter((name) => dayOf(name) < firstKept);
}

function dayOf(partition: string): string {
  return partition.slice(-8);
}
