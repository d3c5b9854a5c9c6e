import { Injectable } from '@nestjs/common';
import { Retention } from '../../shared/database/retention.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { inGroups } from '../../shared/time/janitor.js';
import { ParkingRepository } from '../storage/parking.repository.js';

/** Few enough for the time that a statement may take. */
const GROUP = 5000;

/** Cancels open deliveries whose events are about to be dropped: only a paused subscription holds one so long. */
@Injectable()
export class Expiry {
  constructor(
    retention: Retention,
    private readonly repository: ParkingRepository,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    retention.beforeDropping((firstKept) => this.cancel(firstKept));
  }

  /** Each group stays cancelled when a later one fails. */
  async cancel(firstKept: Uuid): Promise<void> {
    const cancelled = await inGroups(GROUP, async () => {
      const count = await this.repository.cancelExpired(firstKept, GROUP);
      this.metrics.expiredDeliveries.inc(count);
      return count;
    });
    if (cancelled > 0) this.logger.warn({ deliveries: cancelled }, 'deliveries.expired');
  }
}
