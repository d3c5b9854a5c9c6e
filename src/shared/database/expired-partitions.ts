import type { DataSource } from 'typeorm';
import { firstUuidAt, type Uuid } from '../ids/uuid.js';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { DAY_MS, PARTITIONED_TABLES, partitionName } from './partition-keeper.js';

/**
 * Maximum wait for statements that read a partition, such as a report, which takes 30 s at most. Meanwhile, no lock is
 * held that others need. The next run goes on where this one stopped.
 */
const DETACH_TIMEOUT_MS = 60_000;
/** Maximum wait for the lock of a drop, because statements that name the partition queue behind it. */
const LOCK_TIMEOUT = '3s';

/** Result of dropping expired days. */
export interface Dropped {
  /** Dropped days as YYYYMMDD. */
  readonly days: readonly string[];
  /** Errors of days that could not be dropped. */
  readonly failures: readonly unknown[];
}

interface Partition {
  readonly name: string;
  readonly parent: string;
  /** A detachment is `pending` if it was interrupted. */
  readonly state: 'attached' | 'pending' | 'detached';
}

/** Drops partitions after the retention period. */
export class ExpiredPartitions {
  /**
   * @param dataSource for short statements
   * @param openPatient opens a DataSource without timeouts, which is closed again after the drop
   * @param detachTimeoutMs longest wait for statements that read a partition
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly openPatient: () => Promise<DataSource>,
    private readonly detachTimeoutMs = DETACH_TIMEOUT_MS,
  ) {}

  /**
   * Drops partitions older than the retention period, one day at a time, so that a failed run still makes progress.
   *
   * @param beforeDropping ends what outlives its event; gets the first id that is kept
   * @returns null if another process is already doing this
   */
  async drop(
    today: Date,
    retentionDays: number,
    beforeDropping: (firstKept: Uuid) => Promise<void>,
  ): Promise<Dropped | null> {
    const firstKeptMs = (Math.floor(today.getTime() / DAY_MS) - retentionDays) * DAY_MS;
    // This transaction only holds the lock, on its own connection. A statement with parameters would leave a snapshot
    // open, for whose end a detachment waits.
    return this.dataSource.transaction(async (lock) => {
      const [row] = await lock.query<{ taken: boolean }[]>(
        `select pg_try_advisory_xact_lock(${ADVISORY_LOCKS.retention}) as taken`,
      );
      if (!row?.taken) return null;
      await beforeDropping(firstUuidAt(firstKeptMs));
      const days = Map.groupBy(await this.partitionsBefore(firstKeptMs), ({ name }) => dayOf(name));
      if (days.size === 0) return { days: [], failures: [] };
      const patient = await this.openPatient();
      try {
        return await this.dropDays(patient, days);
      } finally {
        await patient.destroy();
      }
    });
  }

  /** Finds partitions by name, because one that is detached but not dropped belongs to no table. */
  private async partitionsBefore(timeMs: number): Promise<Partition[]> {
    const partitions = await this.dataSource.query<Partition[]>(
      `select child.relname as name, parent.relname as parent,
         case when inhdetachpending then 'pending' when inhdetachpending is null then 'detached'
           else 'attached' end as state
       from pg_class parent
       join pg_class child on child.relnamespace = parent.relnamespace
         and child.relname ~ ('^' || parent.relname || '_[0-9]{8}$') and child.relkind = 'r'
       left join pg_inherits on inhrelid = child.oid
       where parent.oid = any(array(select to_regclass(name)::oid from unnest($1::text[]) name))
       order by right(child.relname, 8)`,
      [PARTITIONED_TABLES],
    );
    const firstKept = dayOf(partitionName('events', timeMs));
    return partitions.filter(({ name }) => dayOf(name) < firstKept);
  }

  private async dropDays(patient: DataSource, days: ReadonlyMap<string, readonly Partition[]>): Promise<Dropped> {
    const dropped: string[] = [];
    const failures: unknown[] = [];
    for (const [day, partitions] of days) {
      await this.dropTogether(patient, partitions).then(
        () => dropped.push(day),
        (error: unknown) => failures.push(error),
      );
    }
    return { days: dropped, failures };
  }

  /**
   * Detaches before dropping. Dropping an attached partition would lock its whole table, and behind a long report,
   * every statement would wait. Detaching concurrently waits without a lock. It is not possible within a transaction.
   */
  private async dropTogether(patient: DataSource, partitions: readonly Partition[]): Promise<void> {
    const runner = patient.createQueryRunner();
    try {
      await runner.query(`set statement_timeout = ${this.detachTimeoutMs}`);
      for (const { name, parent, state } of partitions) {
        if (state === 'detached') continue;
        const how = state === 'pending' ? 'finalize' : 'concurrently';
        await runner.query(`alter table ${parent} detach partition ${name} ${how}`);
      }
      await runner.startTransaction();
      await runner.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
      await runner.query(`drop table ${partitions.map(({ name }) => name).join(', ')}`);
      await runner.commitTransaction();
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      await runner.release();
    }
  }
}

function dayOf(partition: string): string {
  return partition.slice(-8);
}
