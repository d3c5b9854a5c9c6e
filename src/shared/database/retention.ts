import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Settings } from '../config/settings.js';
import { Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { Clock } from '../time/clock.js';
import { Janitor } from '../time/janitor.js';
import { PartitionKeeper } from './partition-keeper.js';

/** Creates partitions a week ahead and drops expired ones, once an hour. */
@Injectable()
export class Retention {
  private readonly keeper: PartitionKeeper;

  constructor(
    janitor: Janitor,
    @InjectDataSource() dataSource: DataSource,
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    this.keeper = new PartitionKeeper(dataSource);
    janitor.add('retention.failed', () => this.run());
  }

  private async run(): Promise<void> {
    const today = this.clock.now();
    const databaseToday = await this.keeper.databaseNow();
    // Ids come from the clock of this process. Expiry uses the earlier of both clocks, so that a fast clock on either
    // side drops nothing too early.
    for (const day of [today, databaseToday]) await this.keeper.makeAhead(day);
    const earlier = today < databaseToday ? today : databaseToday;
    const dropped = await this.keeper.dropExpired(earlier, this.settings.retentionDays);
    if (dropped === null) return;
    for (const error of dropped.failures) this.logger.error({ err: error }, 'retention.failed');
    if (dropped.days.length === 0 && dropped.cancelled === 0) return;
    this.metrics.expiredDeliveries.inc(dropped.cancelled);
    this.logger.warn({ days: dropped.days, cancelled_deliveries: dropped.cancelled }, 'retention.dropped');
  }
}
