import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Logger } from '../logging/logger.js';
import { Connections } from './connections.js';
import { ReadOnlyServer } from './unavailable.js';

/**
 * A service that nobody writes to would otherwise read from a primary that has been replaced as long as that one
 * answers.
 */
const INTERVAL_MS = 2000;

/**
 * Asks whether PostgreSQL takes writes, and gives up all connections when it does not: new ones may lead to one that
 * does.
 */
@Injectable()
export class WriteCheck implements OnApplicationBootstrap, OnModuleDestroy {
  private timer?: NodeJS.Timeout;
  private isAsking = false;

  constructor(
    @InjectDataSource() private readonly dataSource: Pick<DataSource, 'query'>,
    private readonly connections: Connections,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), INTERVAL_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /**
   * @returns the version of the server
   * @throws when it does not answer, or takes no writes
   */
  async assertWritable(): Promise<string> {
    const [row] = await this.dataSource.query<{ version: string; is_read_only: boolean }[]>(
      `select current_setting('server_version') as version, current_setting('transaction_read_only') = 'on' as is_read_only`,
    );
    if (row?.is_read_only) {
      const error = new ReadOnlyServer();
      this.connections.giveUpAll(error);
      throw error;
    }
    return row?.version ?? 'unknown';
  }

  /** Never throws: those who need the database say when it is away. */
  private async run(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    try {
      await this.assertWritable();
    } catch (error) {
      this.logger.debug({ err: error }, 'database.not_checked');
    }
    this.isAsking = false;
  }
}
