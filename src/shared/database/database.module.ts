import { Global, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Settings } from '../config/settings.js';
import { StartRefused } from '../errors/start-refused.js';
import { Logger } from '../logging/logger.js';
import { SystemClock } from '../time/clock.js';
import { ApiConnections } from './api-connections.js';
import { Catalogs } from './catalogs.js';
import { ClockCheck } from './clock-check.js';
import { Connections } from './connections.js';
import { dataSourceOptions } from './data-source.js';
import { HotPath } from './hot-path.js';
import { migrate, MigrationFailed } from './migrate.js';
import { PartitionKeeper } from './partition-keeper.js';
import { Reads } from './reads.js';
import { Retention } from './retention.js';
import type { SoundPoolOptions } from './sound-pool.js';
import { TenantDatabase } from './tenant-database.js';
import { Transactions } from './transaction.js';
import { ConnectionCheck } from './connection-check.js';

/** A separate module, because the DataSource factory can inject only from modules that it imports. */
@Module({ providers: [Connections], exports: [Connections] })
class ConnectionsModule {}

/** `extra` of a DataSource, with the logger, because Nest injects nothing into the DataSource factory. */
type Migratable = SoundPoolOptions & { readonly logger: Logger };

function migratable(options: DataSourceOptions, logger: Logger): DataSourceOptions {
  return { ...options, extra: { ...(options.extra as SoundPoolOptions), logger } satisfies Migratable };
}

@Global()
@Module({
  imports: [
    ConnectionsModule,
    TypeOrmModule.forRootAsync({
      imports: [ConnectionsModule],
      inject: [Settings, Connections, Logger],
      useFactory: (settings: Settings, connections: Connections, logger: Logger) => ({
        ...migratable(dataSourceOptions(settings, connections), logger),
        autoLoadEntities: true,
        migrationsRun: false,
        // Few retries are enough, because the supervisor restarts this process.
        retryAttempts: 3,
        retryDelay: 2000,
        toRetry: (error: unknown) => !(error instanceof StartRefused || error instanceof MigrationFailed),
      }),
      dataSourceFactory: async (options) => {
        if (options === undefined) throw new TypeError('The DataSource has no options');
        const { databaseUrl, logger } = options.extra as Migratable;
        await migrate(databaseUrl, { clock: new SystemClock(), logger });
        return new DataSource(options).initialize();
      },
    }),
  ],
  providers: [
    {
      provide: HotPath,
      inject: [Settings, Logger, Connections, getDataSourceToken()],
      useFactory: (settings: Settings, logger: Logger, connections: Connections, dataSource: DataSource) =>
        new HotPath(settings, logger, { connections, partitions: new PartitionKeeper(dataSource) }),
    },
    Catalogs,
    ClockCheck,
    Retention,
    ApiConnections,
    Reads,
    TenantDatabase,
    Transactions,
    ConnectionCheck,
  ],
  exports: [
    ConnectionsModule,
    ApiConnections,
    Catalogs,
    Reads,
    HotPath,
    Retention,
    TenantDatabase,
    Transactions,
    ConnectionCheck,
  ],
})
export class DatabaseModule {}
