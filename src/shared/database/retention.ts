import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { SETTINGS_TOKEN } from '../shared.module.js';
import type { Settings } from '../config/settings.js';
import { Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { Clock } from '../time/clock.js';
import { PartitionKeeper } from './partition-keeper.js';

const INTERVAL_MS = 3_600_000;

/** Each hour: partitions for the days ahead, and an end to those past their time. */
@Injectable()
export class Retention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly keeper: PartitionKeeper;
  private timer?: NodeJS.Timeout;
  private isStopped = false;

  constructor(
    @InjectDataSource() dataSource: DataSource,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    this.keeper = new PartitionKeeper(dataSource);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), INTERVAL_MS).unref();
    void this.run();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearInterval(this.timer);
  }

  /** Never throws: what fails now is tried again in an hour, and there are partitions for a week. */
  async run(): Promise<void> {
    try {
      const today = this.clock.now();
      const databaseToday = await this.keeper.databaseNow();
      // Ids are made by this process's clock, and what is long over is decided by both: a clock that is wrong drops
      // nothing.
      for (const day of [today, databaseToday]) await this.keeper.makeAhead(day);
      const earlier = today < databaseToday ? today : databaseToday;
      const dropped = await this.keeper.dropExpired(earlier, this.settings.retentionDays);
      if (dropped === null) return;
      for (const error of dropped.failures) this.logger.error({ err: error }, 'retention.failed');
      if (dropped.days.length === 0 && dropped.cancelled === 0) return;
      this.metrics.expiredDeliveries.inc(dropped.cancelled);
      this.logger.warn({ days: dropped.days, cancelled_deliveries: dropped.cancelled }, 'retention.dropped');
    } catch (error) {
      // The end of the process takes its connection away.
      if (!this.isStopped) this.logger.error({ err: error }, 'retention.failed');
    }
  }
}
