import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { SETTINGS_TOKEN } from '../../shared/shared.module.js';
import { Clock } from '../../shared/time/clock.js';
import { AuditRepository } from './audit.repository.js';

const INTERVAL_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Entries that go in one transaction. */
const GROUP = 5000;

/** Each hour: an end to the audit entries whose time is over. */
@Injectable()
export class AuditRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private timer?: NodeJS.Timeout;
  private isStopped = false;

  constructor(
    private readonly repository: AuditRepository,
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
      const end = new Date(this.clock.nowMs() - this.settings.auditRetentionDays * DAY_MS);
      let entries = 0;
      for (let removed = GROUP; removed === GROUP; entries += removed) {
        removed = await this.repository.removeBefore(end, GROUP);
      }
      if (entries > 0) this.logger.warn({ entries }, 'audit.expired');
    } catch (error) {
      // The end of the process takes its connection away.
      if (!this.isStopped) this.logger.error({ err: error }, 'audit.retention_failed');
    }
  }
}
