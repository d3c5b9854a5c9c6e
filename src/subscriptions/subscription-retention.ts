import { Injectable } from '@nestjs/common';
import { Settings } from '../shared/config/settings.js';
import { type Tx, Transactions } from '../shared/database/transaction.js';
import { Logger } from '../shared/logging/logger.js';
import { Clock } from '../shared/time/clock.js';
import { inGroups, Janitor } from '../shared/time/janitor.js';
import { SubscriptionVersionsRepository, type VersionKey } from './subscription-versions.repository.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

const DAY_MS = 86_400_000;
/** Maximum subscriptions per transaction. */
const GROUP = 1000;
/** Versions that are looked at in one transaction. */
const VERSION_GROUP = 5000;
/** History is dropped by whole days. The margin also covers failed runs and clock differences. */
const MARGIN_DAYS = 2;

/**
 * Removes deleted subscriptions whose history has expired, and versions that no event of the history needs; erases the
 * secrets of other deleted subscriptions.
 */
@Injectable()
export class SubscriptionRetention {
  constructor(
    janitor: Janitor,
    private readonly repository: SubscriptionsRepository,
    private readonly versions: SubscriptionVersionsRepository,
    private readonly transactions: Transactions,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly settings: Settings,
  ) {
    janitor.add('subscriptions.retention_failed', (isStopped) => this.removeExpired(isStopped));
  }

  private async removeExpired(isStopped: () => boolean): Promise<void> {
    const before = new Date(this.clock.nowMs() - (this.settings.retentionDays + MARGIN_DAYS) * DAY_MS);
    const each = (step: (tx: Tx) => Promise<number>): Promise<number> =>
      inGroups(GROUP, () => this.transactions.run(null, step), isStopped);
    const removed = await each((tx) => this.repository.removeDeleted(tx, before, GROUP));
    await this.removeEndedVersions(before, isStopped);
    const erased = await each((tx) => this.repository.eraseDeleted(tx, GROUP));
    if (removed + erased > 0) this.logger.warn({ removed, erased }, 'subscriptions.expired');
  }

  private async removeEndedVersions(before: Date, isStopped: () => boolean): Promise<void> {
    let last: VersionKey | null = null;
    do {
      const from: VersionKey | null = last;
      last = await this.transactions.run(null, (tx) => this.versions.removeEnded(tx, before, from, VERSION_GROUP));
    } while (last !== null && !isStopped());
  }
}
