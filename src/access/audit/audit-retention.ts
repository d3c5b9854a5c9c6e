import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { Clock } from '../../shared/time/clock.js';
import { Hourly } from '../../shared/time/hourly.js';
import { AuditRepository } from './audit.repository.js';

const DAY_MS = 86_400_000;
/** Maximum entries that one transaction deletes. */
const GROUP = 5000;

/** Deletes audit entries older than the retention period, once an hour. */
@Injectable()
export class AuditRetention extends Hourly {
  constructor(
    private readonly repository: AuditRepository,
    private readonly clock: Clock,
    logger: Logger,
    private readonly settings: Settings,
  ) {
    super(logger, 'audit.retention_failed');
  }

  protected async run(): Promise<void> {
    const end = new Date(this.clock.nowMs() - this.settings.auditRetentionDays * DAY_MS);
    let entries = 0;
    for (let removed = GROUP; removed === GROUP && !this.isStopped; entries += removed) {
      removed = await this.repository.removeBefore(end, GROUP);
    }
    if (entries > 0) this.logger.warn({ entries }, 'audit.expired');
  }
}
