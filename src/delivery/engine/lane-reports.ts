import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { newUuid, type Uuid } from '../../shared/ids/uuid.js';
import { Logger } from '../../shared/logging/logger.js';
import { Clock } from '../../shared/time/clock.js';
import { Random } from '../../shared/time/random.js';
import { LaneReportRepository } from '../storage/lane-report.repository.js';
import { Lanes } from './lanes/lanes.js';

const INTERVAL_MS = 5000;
/** The interval varies by up to this share, so that workers do not report at the same time. */
const JITTER = 0.2;
/** Lanes of one report. With more, those that hold the most slots are reported. */
const MAX_LANES = 2000;

/**
 * Tells other processes about the lanes of this worker, which live in its memory. Nothing is written while no lane is
 * busy, and nothing in the path of a delivery waits for it.
 */
@Injectable()
export class LaneReports implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly processId: Uuid;
  private reported: readonly Uuid[] = [];
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly lanes: Lanes,
    private readonly repository: LaneReportRepository,
    clock: Clock,
    private readonly random: Random,
    private readonly logger: Logger,
  ) {
    this.processId = newUuid(clock.nowMs());
  }

  onApplicationBootstrap(): void {
    this.schedule();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** Never throws: the next report repeats what has failed. */
  async report(): Promise<void> {
    const lanes = this.lanes.busiest(MAX_LANES);
    const ids = lanes.map(({ subscriptionId }) => subscriptionId);
    const present = new Set(ids);
    const gone = this.reported.filter((id) => !present.has(id));
    if (ids.length === 0 && gone.length === 0) return;
    try {
      await this.repository.report(this.processId, lanes, gone);
      this.reported = ids;
    } catch (error) {
      // During a shutdown, connections are closed.
      if (!this.isStopped) this.logger.warn({ err: error }, 'lanes.not_reported');
    }
  }

  private schedule(): void {
    if (this.isStopped) return;
    const delayMs = INTERVAL_MS * (1 - JITTER + 2 * JITTER * this.random.next());
    this.timer = setTimeout(() => {
      void this.report().then(() => {
        this.schedule();
      });
    }, delayMs).unref();
  }
}
