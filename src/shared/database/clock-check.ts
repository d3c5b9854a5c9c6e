import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Logger } from '../logging/logger.js';
import { Clock } from '../time/clock.js';

const INTERVAL_MS = 60_000;
/** Receivers commonly accept a `webhook-timestamp` that is 5 minutes off: the warning comes long before that. */
const TOLERANCE_MS = 5000;

/**
 * Warns each minute while the clock of this process and PostgreSQL's differ. What is due is decided by PostgreSQL's
 * alone; but ids of events, and the timestamps that receivers check, are made by this one.
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

  /** Never throws: a database that does not answer is told of elsewhere. */
  async run(): Promise<void> {
    try {
      const before = this.clock.nowMs();
      const [row] = await this.dataSource.query<{ ms: number }[]>(
        'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
      );
      const ahead = aheadMs(row?.ms ?? NaN, { before, after: this.clock.nowMs() });
      if (Math.abs(ahead) > TOLERANCE_MS) this.logger.warn({ ahead_ms: Math.round(ahead) }, 'clock.differs');
    } catch (error) {
      this.logger.debug({ err: error }, 'clock.not_checked');
    }
  }
}

/** How far this clock is ahead of PostgreSQL's, as far as the time that the question took leaves no doubt of it. */
function aheadMs(databaseMs: number, asked: { before: number; after: number }): number {
  if (databaseMs < asked.before) return asked.before - databaseMs;
  return databaseMs > asked.after ? asked.after - databaseMs : 0;
}
