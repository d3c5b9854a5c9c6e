import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Logger } from '../logging/logger.js';
import { Connections } from './connections.js';
import { ReadOnlyServer } from './unavailable.js';

/** Without this check, a service that receives no writes would keep reading from a replaced primary. */
const INTERVAL_MS = 2000;

/**
 * Checks whether PostgreSQL accepts writes, and whether sessions still have their settings. If not, gives up all
 * connections, because new ones may reach the current primary.
 */
@Injectable()
export class ConnectionCheck implements OnApplicationBootstrap, OnModuleDestroy {
  private timer?: NodeJS.Timeout;
  private isRunning = false;
  /** What the last check found. A process starts only if PostgreSQL is up. */
  private isUp = true;

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

  /** Whether PostgreSQL accepted writes at the last check, a few seconds ago. */
  get wasWritable(): boolean {
    return this.isUp;
  }

  /**
   * @returns the server version
   * @throws if the server does not answer; ReadOnlyServer if it accepts no writes; LostSession behind a wrong pooler
   */
  async assertUsable(): Promise<string> {
    const [row] = await this.dataSource.query<{ version: string; is_read_only: boolean }[]>(
      `select current_setting('server_version') as version, current_setting('transaction_read_only') = 'on' as is_read_only`,
    );
    if (row?.is_read_only) {
      const error = new ReadOnlyServer();
      this.connections.giveUpAll(error);
      throw error;
    }
    await this.connections.assertSessions();
    return row?.version ?? 'unknown';
  }

  /** Never throws; code that needs the database reports that it is unavailable. */
  private async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      await this.assertUsable();
      this.isUp = true;
    } catch (error) {
      this.isUp = false;
      this.logger.debug({ err: error }, 'database.not_checked');
    }
    this.isRunning = false;
  }
}
