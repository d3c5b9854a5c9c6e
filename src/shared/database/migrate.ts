import { setTimeout as delay } from 'node:timers/promises';
import { type Migration, MigrationExecutor, type QueryRunner } from 'typeorm';
import type { Logger } from '../logging/logger.js';
import type { Clock } from '../time/clock.js';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { migrationDataSource } from './data-source.js';
import { PartitionKeeper } from './partition-keeper.js';
import { refuseSharedSessions } from './pooler-check.js';

export interface Migrated {
  /** Name of the newest migration in the database. It ends with a number that grows with each one. */
  readonly schema: string;
  /** Number of migrations that were run now. */
  readonly ran: number;
}

/** A migration failed and was rolled back. Those before it are kept. */
export class MigrationFailed extends Error {
  constructor(
    readonly migration: string,
    cause: unknown,
  ) {
    super(`The migration ${migration} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * Runs pending migrations, each in its own transaction, and creates partitions ahead. Many processes may call this at
 * once. Logs what it waits for and what it does; nothing if the schema is current.
 *
 * @throws MigrationFailed, SharedSessions
 */
export async function migrate(
  databaseUrl: string,
  { clock, logger }: { clock: Clock; logger: Logger },
): Promise<Migrated> {
  await refuseSharedSessions(databaseUrl);
  const dataSource = await migrationDataSource(databaseUrl).initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await lock(runner, logger);
    const executor = new MigrationExecutor(dataSource, runner);
    const pending = await executor.getPendingMigrations();
    for (const migration of pending) {
      const startedMs = clock.monotonicMs();
      await run(migration, executor, runner);
      const durationMs = Math.round(clock.monotonicMs() - startedMs);
      logger.info({ migration: migration.name, duration_ms: durationMs }, 'migration.ran');
    }
    const executed = newestFirst(await executor.getExecutedMigrations());
    const schema = executed[0]?.name ?? '';
    const known = new Set(dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name));
    const unknown = executed.flatMap(({ name }) => (known.has(name) ? [] : [name]));
    if (unknown.length > 0) logger.warn({ schema, unknown, detail: NEWER }, 'schema.newer');
    // Its connection serves what follows, and keeps the lock.
    await runner.release();
    await new PartitionKeeper(dataSource).makeAhead(clock.now());
    return { schema, ran: pending.length };
  } finally {
    // Ending the session releases the lock in any case.
    await runner.release();
    await dataSource.destroy();
  }
}

/**
 * Interval between tries to get the lock. A statement that waits for it would hold a snapshot, for whose end a
 * migration that builds an index concurrently waits.
 */
const LOCK_INTERVAL_MS = 500;

const NEWER =
  'A newer version of the service has migrated this database. A version works on the schema of the release after it, ' +
  'and of no later one. See docs/upgrade.md.';

async function lock(runner: QueryRunner, logger: Logger): Promise<void> {
  const key = [ADVISORY_LOCKS.migration];
  for (let tries = 1; ; tries += 1) {
    const [row] = (await runner.query('select pg_try_advisory_lock($1) as taken', key)) as { taken: boolean }[];
    if (row?.taken) return;
    if (tries === 1) logger.info({}, 'migration.waiting');
    await delay(LOCK_INTERVAL_MS);
  }
}

/** A migration that sets `transaction` to false builds an index without blocking writers, for example. */
async function run(migration: Migration, executor: MigrationExecutor, runner: QueryRunner): Promise<void> {
  const isTransaction = migration.instance?.transaction ?? true;
  try {
    if (isTransaction) await runner.startTransaction();
    await executor.executeMigration(migration);
    if (isTransaction) await runner.commitTransaction();
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw new MigrationFailed(migration.name, error);
  }
}

function newestFirst(migrations: readonly Migration[]): Migration[] {
  return migrations.toSorted((a, b) => b.timestamp - a.timestamp);
}
