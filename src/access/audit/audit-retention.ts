import { Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { Clock } from '../../shared/time/clock.js';
import { inGroups, Janitor } from '../../shared/time/janitor.js';
import { AuditRepository } from './audit.repository.js';

const DAY_MS = 86_400_000;
/** Maximum entries that one transaction deletes. */
const GROUP = 5000;

/** Deletes audit entries older than the retention period, once an hour. */
@Injectable()
export class AuditRetention {
  constructor(
    janitor: Janitor,
    private readonly repository: AuditRepository,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly settings: Settings,
  ) {
    janitor.add('audit.retention_failed', (isStopped) => this.removeExpired(isStopped));
  }

  private async removeExpired(isStopped: () => boolean): Promise<void> {
    const end = new Date(this.clock.nowMs() - this.settings.auditRetentionDays * DAY_MS);
    const entries = await inGroups(GROUP, () => this.repository.removeBefore(end, GROUP), isStopped);
    if (entries > 0) this.logger.warn({ entries }, 'audit.expired');
  }
}
