import { LRUCache } from 'lru-cache';
import type { DataSource, EntityManager } from 'typeorm';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { firstUuidAt, uuidTimeMs } from '../ids/uuid.js';
import { inGroups } from '../time/janitor.js';

/** Partitioned by range of an id that begins with the time of its event; one partition a day (UTC). */
const PARTITIONED_TABLES = ['events', 'deliveries', 'attempts'] as const;
type PartitionedTable = (typeof PARTITIONED_TABLES)[number];

const DAY_MS = 86_400_000;
/** Made ahead, so that a week without any running process does no harm. One behind, for clocks that differ. */
const DAYS_AHEAD = 7;
const DAYS_BEHIND = 1;
/** A drop waits for readers of the table no longer than this: others would queue behind it. It is tried again later. */
const LOCK_TIMEOUT = '3s';
/** Rows of one step, which must end within the time that a statement may take. */
const STEP_ROWS = 5000;

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

/** What came of a look for what is past its time. */
export interface Dropped {
  /** As YYYYMMDD. */
  readonly days: readonly string[];
  /** Deliveries that were still open. */
  readonly cancelled: number;
  /** Why days could not be dropped now. */
  readonly failures: readonly unknown[];
}

/** Makes partitions before they are needed and drops them when their time is over. */
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

  /**
   * The partitions of one day, which is far from those that were made ahead: some clock differs from that of the
   * others.
   */
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
   * Drops what is older than the retention. Deliveries of those days that are still open are cancelled first: only a
   * pause can hold one so long, and its event is about to go. All of it in short steps, each of which stays when a
   * later one fails: however much has gathered, each try gets further.
   *
   * @returns null when another process is at it
   */
  async dropExpired(today: Date, retentionDays: number): Promise<Dropped | null> {
    const firstKeptMs = (Math.floor(today.getTime() / DAY_MS) - retentionDays) * DAY_MS;
    // This transaction does nothing but hold the lock, on a connection of its own.
    return this.dataSource.transaction(async (lock) => {
      const [row] = await lock.query<{ taken: boolean }[]>('select pg_try_advisory_xact_lock($1) as taken', [
        ADVISORY_LOCKS.retention,
      ]);
      if (!row?.taken) return null;
      const cancelled = await this.inSteps(CANCEL_EXPIRED, [firstUuidAt(firstKeptMs)]);
      await this.inSteps(FORGET_KEYS, []);
      const days = Map.groupBy(await partitionsBefore(this.dataSource, firstKeptMs), dayOf);
      const dropped: string[] = [];
      const failures: unknown[] = [];
      for (const [day, partitions] of days) {
        await this.dropTogether(partitions).then(
          () => dropped.push(day),
          (error: unknown) => failures.push(error),
        );
      }
      return { days: dropped, cancelled, failures };
    });
  }

  private dropTogether(partitions: readonly string[]): Promise<void> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
      await tx.query(`drop table ${partitions.join(', ')}`);
    });
  }

  /** Runs a statement that handles up to $1 rows until it finds no more. @returns how many it handled in all */
  private inSteps(statement: string, values: readonly unknown[]): Promise<number> {
    return inGroups(STEP_ROWS, async () => {
      const [row] = await this.dataSource.query<{ count: number }[]>(statement, [STEP_ROWS, ...values]);
      return row?.count ?? 0;
    });
  }
}

/**
 * $1 limit, $2 the first id that is kept. Served by the primary key. The history tells of it as long as it is there
 * itself.
 */
const CANCEL_EXPIRED = `with gone as (
    delete from open_deliveries where id = any(array(
      select id from open_deliveries where id < $2 order by id limit $1 for update skip locked))
    returning *),
  kept as (
    insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_error_code,
      last_error_message, finished_at, retry_of, created_at)
    select id, event_id, subscription_id, tenant_id, 4, attempt_count, 'cancelled',
      'The retention of its event was over', now(), retry_of, created_at from gone
    on conflict do nothing)
  select count(*)::int as count from gone`;

/** $1 limit. Served by idempotency_keys_expires. */
const FORGET_KEYS = `with gone as (
    delete from idempotency_keys where expires_at < now() and ctid = any(array(
      select ctid from idempotency_keys where expires_at < now() order by expires_at limit $1))
    returning 1)
  select count(*)::int as count from gone`;

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
 * The day of a row for which there was no partition.
 *
 * @returns its beginning in ms since the Unix epoch; null when an error says something else
 */
export function missingDay(error: unknown): number | null {
  const { driverError = error } = error as { driverError?: unknown };
  const { code, routine, detail } = driverError as { code?: unknown; routine?: unknown; detail?: unknown };
  if (code !== '23514' || routine !== 'ExecFindPartition') return null;
  // The words around it are in the language of the server.
  const id = /\(([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22})\b/.exec(String(detail))?.[1];
  return id === undefined ? null : Math.floor(uuidTimeMs(id) / DAY_MS) * DAY_MS;
}

function dayOf(partition: string): string {
  return partition.slice(-8);
}
