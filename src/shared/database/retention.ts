import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Settings } from '../config/settings.js';
import type { Uuid } from '../ids/uuid.js';
import { Logger } from '../logging/logger.js';
import { Clock } from '../time/clock.js';
import { Janitor } from '../time/janitor.js';
import { migrationDataSource } from './data-source.js';
import { ExpiredPartitions } from './expired-partitions.js';
import { PartitionKeeper } from './partition-keeper.js';

/** Ends what outlives its event, before the days of such events are dropped. Gets the first id that is kept. */
type ExpiryStep = (firstKept: Uuid) => Promise<void>;

/** Creates partitions a week ahead, drops expired ones, and completes the indexes of past ones, once an hour. */
@Injectable()
export class Retention {
  private readonly keeper: PartitionKeeper;
  private readonly expired: ExpiredPartitions;
  private step: ExpiryStep | undefined;

  constructor(
    janitor: Janitor,
    @InjectDataSource() dataSource: DataSource,
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.keeper = new PartitionKeeper(dataSource);
    const openPatient = (): Promise<DataSource> => migrationDataSource(settings.databaseUrl).initialize();
    this.expired = new ExpiredPartitions(dataSource, openPatient);
    janitor.add('retention.failed', () => this.run());
  }

  /** Sets the step. A process without one drops nothing. */
  beforeDropping(step: ExpiryStep): void {
    this.step = step;
  }

  private async run(): Promise<void> {
    const today = this.clock.now();
    const databaseToday = await this.keeper.databaseNow();
    // Ids carry the time of this process's clock. Both clocks decide what is expired, so a wrong one drops nothing.
    await this.keeper.makeAhead(today, databaseToday);
    if (this.step === undefined) return;
    const earlier = today < databaseToday ? today : databaseToday;
    const dropped = await this.expired.drop(earlier, this.settings.retentionDays, this.step);
    if (dropped === null) return;
    for (const error of dropped.failures) this.logger.error({ err: error }, 'retention.failed');
    if (dropped.days.length > 0) this.logger.warn({ days: dropped.days }, 'retention.dropped');
    await this.keeper.completeIndexes(earlier);
  }
}
