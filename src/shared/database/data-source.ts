import { DataSource, type DataSourceOptions } from 'typeorm';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import type { Connections } from './connections.js';
import { MIGRATIONS } from './migrations/index.js';
import { PartitionKeeper } from './partition-keeper.js';
import { SoundPool, type SoundPoolOptions } from './sound-pool.js';

/**
 * How long PostgreSQL works on a statement, and how long its caller waits for the answer before he gives it up: longer,
 * because what he has given up must not be committed behind his back, or a publisher who was told 503 and repeats his
 * request would publish twice.
 */
export const STATEMENT_TIMEOUT_MS = 4000;
export const QUERY_TIMEOUT_MS = 4500;

/**
 * Options of the DataSource behind the REST API: short time-outs, so that a stuck database gives a 503 and not a queue.
 */
export function dataSourceOptions(
  { databaseUrl, databasePoolSize }: { databaseUrl: string; databasePoolSize: number },
  connections?: Connections,
): DataSourceOptions {
  return options({
    databaseUrl,
    applicationName: 'webhooks-api',
    size: databasePoolSize,
    session: { statement_timeout: `${STATEMENT_TIMEOUT_MS}` },
    queryTimeoutMs: QUERY_TIMEOUT_MS,
    ...(connections && { connections }),
  });
}

/** A DataSource for migrations: without time limits, because a migration of a large table takes as long as it takes. */
export function migrationDataSource(databaseUrl: string): DataSource {
  return new DataSource(options({ databaseUrl, applicationName: 'webhooks-migrations', size: 2 }));
}

/** TypeORM makes its pool of our class, and hands `extra` to it as it is. */
function options(extra: SoundPoolOptions): DataSourceOptions {
  return {
    type: 'postgres',
    driver: { Pool: SoundPool },
    extra,
    synchronize: false,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
  };
}

/**
 * Brings the schema up to date and makes the partitions of the days ahead. Safe to run in many processes at once.
 */
export async function migrate(databaseUrl: string, today: Date): Promise<void> {
  const dataSource = await migrationDataSource(databaseUrl).initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.migration]);
    await dataSource.runMigrations({ transaction: 'each' });
    await new PartitionKeeper(dataSource).makeAhead(today);
  } finally {
    // The end of the session releases the lock, whatever happened in it.
    await lock.release();
    await dataSource.destroy();
  }
}
