import { Global, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Settings } from '../config/settings.js';
import { Logger } from '../logging/logger.js';
import { SystemClock } from '../time/clock.js';
import { ApiConnections } from './api-connections.js';
import { ClockCheck } from './clock-check.js';
import { Connections } from './connections.js';
import { dataSourceOptions, migrate } from './data-source.js';
import { HotPath } from './hot-path.js';
import { PartitionKeeper } from './partition-keeper.js';
import { Retention } from './retention.js';
import type { SoundPoolOptions } from './sound-pool.js';
import { TenantDatabase } from './tenant-database.js';
import { Transactions } from './transaction.js';
import { WriteCheck } from './write-check.js';

/** A separate module, because the DataSource factory can inject only from modules that it imports. */
@Module({ providers: [Connections], exports: [Connections] })
class ConnectionsModule {}

@Global()
@Module({
  imports: [
    ConnectionsModule,
    TypeOrmModule.forRootAsync({
      imports: [ConnectionsModule],
      inject: [Settings, Connections],
      useFactory: (settings: Settings, connections: Connections) => ({
        ...dataSourceOptions(settings, connections),
        autoLoadEntities: true,
        migrationsRun: false,
        // Few retries are enough, because the supervisor restarts this process.
        retryAttempts: 3,
        retryDelay: 2000,
      }),
      dataSourceFactory: async (options) => {
        if (options === undefined) throw new TypeError('The DataSource has no options');
        const { databaseUrl } = options.extra as SoundPoolOptions;
        await migrate(databaseUrl, new SystemClock().now());
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
    ClockCheck,
    Retention,
    ApiConnections,
    TenantDatabase,
    Transactions,
    WriteCheck,
  ],
  exports: [ConnectionsModule, ApiConnections, HotPath, Retention, TenantDatabase, Transactions, WriteCheck],
})
export class DatabaseModule {}
