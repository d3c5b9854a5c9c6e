import { DataSource, type DataSourceOptions } from 'typeorm';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { MIGRATIONS } from './migrations/index.js';
import { PartitionKeeper } from './partition-keeper.js';

type PostgresOptions = Extract<DataSourceOptions, { type: 'postgres' }>;

/** How long a call waits for a connection, and how long for the answer to a statement, before the caller gets a 503. */
export const CONNECT_TIMEOUT_MS = 3000;
export const QUERY_TIMEOUT_MS = 4500;
/**
 * How long PostgreSQL works on a statement. Less than its caller waits: what the caller has given up must not be committed
 * behind his back, or a publisher who was told 503 and repeats his request would publish twice.
 */
export const STATEMENT_TIMEOUT_MS = 4000;

/** Options of the DataSource behind the REST API: short time-outs, so that a stuck database gives a 503 and not a queue. */
export function dataSourceOptions(settings: { databaseUrl: string; databasePoolSize: number }): PostgresOptions {
  return {
    type: 'postgres',
    url: settings.databaseUrl,
    synchronize: false,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    applicationName: 'webhooks-api',
    poolSize: settings.databasePoolSize,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra: { query_timeout: QUERY_TIMEOUT_MS, statement_timeout: STATEMENT_TIMEOUT_MS },
  };
}

/** A DataSource for migrations: without time limits, because a migration of a large table takes as long as it takes. */
export function migrationDataSource(databaseUrl: string): DataSource {
  return new DataSource({
    type: 'postgres',
    url: databaseUrl,
    synchronize: false,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    applicationName: 'webhooks-migrations',
    poolSize: 2,
  });
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
