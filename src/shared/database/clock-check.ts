import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Logger } from '../logging/logger.js';
import { Clock } from '../time/clock.js';

const INTERVAL_MS = 60_000;
/** Receivers commonly accept a `webhook-timestamp` that is up to 5 minutes off, so this warns well before. */
const TOLERANCE_MS = 5000;

/**
 * Logs a warning every minute while the clocks of this process and of PostgreSQL differ. PostgreSQL's clock alone
 * decides what is due, but event ids and the timestamps that receivers check come from this process.
 */
@Injectable()
export class ClockCheck implements OnApplicationBootstrap, OnModuleDestroy {
  private timer?: NodeJS.Timeout;

  constructor(
    @InjectDataSource() private readonly dataSource: Pick<DataSource, 'query'>,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), INTERVAL_MS).unref();
    void this.run();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Never throws; an unavailable database is reported elsewhere. */
  async run(): Promise<void> {
    try {
      const before = this.clock.nowMs();
      const [row] = await this.dataSource.query<{ ms: number }[]>(
        'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
      );
      const ahead = aheadOfDatabaseMs(row?.ms ?? NaN, { before, after: this.clock.nowMs() });
      if (Math.abs(ahead) > TOLERANCE_MS) this.logger.warn({ ahead_ms: Math.round(ahead) }, 'clock.differs');
    } catch (error) {
      this.logger.debug({ err: error }, 'clock.not_checked');
    }
  }
}

/** Returns how far this clock is at least ahead of PostgreSQL's, allowing for the duration of the query. */
function aheadOfDatabaseMs(databaseMs: number, query: { before: number; after: number }): number {
  if (databaseMs < query.before) return query.before - databaseMs;
  return databaseMs > query.after ? query.after - databaseMs : 0;
}
