import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Settings } from '../shared/config/settings.js';
import { type Tx, Transactions } from '../shared/database/transaction.js';
import { Logger } from '../shared/logging/logger.js';
import { SETTINGS_TOKEN } from '../shared/shared.module.js';
import { Clock } from '../shared/time/clock.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

const INTERVAL_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Subscriptions of one transaction. */
const GROUP = 1000;
/** The history of a day goes when the next has begun; that may fail for a while, and clocks differ. */
const MARGIN_DAYS = 2;

/** Each hour: removes deleted subscriptions whose history is over, and erases what other deleted ones keep secret. */
@Injectable()
export class SubscriptionRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private timer?: NodeJS.Timeout;
  private isStopped = false;

  constructor(
    private readonly repository: SubscriptionsRepository,
    private readonly transactions: Transactions,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), INTERVAL_MS).unref();
    void this.run();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearInterval(this.timer);
  }

  /** Never throws: what fails now is tried again in an hour. */
  async run(): Promise<void> {
    try {
      const before = new Date(this.clock.nowMs() - (this.settings.retentionDays + MARGIN_DAYS) * DAY_MS);
      const removed = await this.inGroups((tx) => this.repository.removeDeleted(tx, before, GROUP));
      const erased = await this.inGroups((tx) => this.repository.eraseDeleted(tx, GROUP));
      if (removed + erased > 0) this.logger.warn({ removed, erased }, 'subscriptions.expired');
    } catch (error) {
      // The end of the process takes its connection away.
      if (!this.isStopped) this.logger.error({ err: error }, 'subscriptions.retention_failed');
    }
  }

  private async inGroups(step: (tx: Tx) => Promise<number>): Promise<number> {
    let total = 0;
    for (let count = GROUP; count === GROUP && !this.isStopped; total += count) {
      count = await this.transactions.run(null, step);
    }
    return total;
  }
}
