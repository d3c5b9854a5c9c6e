import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { SETTINGS_TOKEN } from '../shared.module.js';
import type { Settings } from '../config/settings.js';
import { Logger } from '../logging/logger.js';
import { SystemClock } from '../time/clock.js';
import { ApiConnections } from './api-connections.js';
import { ClockCheck } from './clock-check.js';
import { dataSourceOptions, migrate } from './data-source.js';
import { HotPath } from './hot-path.js';
import { Retention } from './retention.js';
import { TenantDatabase } from './tenant-database.js';
import { Transactions } from './transaction.js';

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [SETTINGS_TOKEN],
      useFactory: (settings: Settings) => ({
        ...dataSourceOptions(settings),
        autoLoadEntities: true,
        migrationsRun: false,
        // Whoever started this process starts it again; it need not wait long for a database.
        retryAttempts: 3,
        retryDelay: 2000,
      }),
      dataSourceFactory: async (options) => {
        if (options?.type !== 'postgres' || options.url === undefined) throw new Error('DATABASE_URL is missing');
        await migrate(options.url, new SystemClock().now());
        return new DataSource(options).initialize();
      },
    }),
  ],
  providers: [
    {
      provide: HotPath,
      inject: [SETTINGS_TOKEN, Logger],
      useFactory: (settings: Settings, logger: Logger) => new HotPath(settings, logger),
    },
    ClockCheck,
    Retention,
    ApiConnections,
    TenantDatabase,
    Transactions,
  ],
  exports: [ApiConnections, HotPath, TenantDatabase, Transactions],
})
export class DatabaseModule {}
