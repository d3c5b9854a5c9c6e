import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Connections } from './connections.js';
import { MIGRATIONS } from './migrations/index.js';
import { SoundPool, type SoundPoolOptions } from './sound-pool.js';

/**
 * Statement timeout of the server, and the longer timeout of the client. The client must not give up first: otherwise a
 * statement could still be committed after its publisher got a 503, and the publisher's retry would publish twice.
 */
export const STATEMENT_TIMEOUT_MS = 4000;
export const QUERY_TIMEOUT_MS = 4500;

/** Options of the REST API's DataSource. Short timeouts turn a stuck database into 503s instead of a queue. */
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

/** A DataSource for migrations, without timeouts, because migrating a large table may take long. */
export function migrationDataSource(databaseUrl: string): DataSource {
  return new DataSource(options({ databaseUrl, applicationName: 'webhooks-migrations', size: 2 }));
}

/** TypeORM creates its pool from our class and passes `extra` to it unchanged. */
function options(extra: SoundPoolOptions): DataSourceOptions {
  return {
    type: 'postgres',
    driver: { Pool: SoundPool },
    extra,
    synchronize: false,
    migrations: MIGRATIONS,
    // Some build indexes outside of a transaction.
    migrationsTransactionMode: 'each',
    migrationsTableName: 'migrations',
  };
}
