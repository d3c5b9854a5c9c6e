import { setTimeout } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { GroupWriter } from '../../shared/group-writer.js';
import { toPublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Clock } from '../../shared/time/clock.js';
import type { WakeUp } from '../domain/wake-up.js';
import { DeliveryQueue } from './delivery-queue.js';
import { WakeUpRepository } from '../storage/wake-up.repository.js';

/** The cost of a job does not depend on the number of its wake-ups. */
const WAKE_UPS_PER_JOB = 100;
/** Maximum wake-ups in one call to the queue. */
const MAX_GROUP = 2000;
/** Maximum age of the known queue state before it is refreshed. */
const MAX_STATE_AGE_MS = 250;
/** For an event with very many deliveries: wake-ups added at once, and waiting jobs at which more are added. */
const GRADUAL_GROUP = 5 * WAKE_UPS_PER_JOB;
const GRADUAL_WAITING_JOBS = 2;
const GRADUAL_CHECK_MS = 25;
/** Longest wait for the queue to empty before the next wake-ups are added. */
const GRADUAL_PATIENCE_MS = 250;

/** Wakes workers for new deliveries. Deliveries whose wake-ups cannot be added are made due, for the due scan. */
@Injectable()
export class DeliveryWakeUps implements BeforeApplicationShutdown {
  private readonly writer: GroupWriter<WakeUp[], null>;
  private isUnavailable = false;
  private isStopping = false;
  private jobsWaiting = 0;
  private refreshedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly repository: WakeUpRepository,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly settings: Settings,
  ) {
    this.writer = new GroupWriter((groups) => this.addGroups(groups), {
      items: MAX_GROUP,
      groups: 1,
      weigh: (wakeUps) => wakeUps.length,
      weight: MAX_GROUP,
    });
  }

  /**
   * Whether the queue takes jobs: it is available and not above QUEUE_HIGH_WATER. If not, new deliveries should be due
   * at once, for the due scan. Returns the last known state, and refreshes it in the background when it is old.
   */
  isTakingJobs(): boolean {
    if (this.clock.monotonicMs() - this.refreshedAtMs > MAX_STATE_AGE_MS) void this.refresh();
    return !this.isUnavailable && this.jobsWaiting <= this.settings.queueHighWater;
  }

  /**
   * Adds wake-ups of deliveries that become due only after the visibility timeout, so it adds them even if the queue
   * has filled up since the last check. Does not wait, because the response to the publisher does not depend on it.
   */
  add(wakeUps: WakeUp[]): void {
    if (wakeUps.length > 0) void this.writer.submit(wakeUps);
  }

  /** Counts deliveries without a wake-up while Redis is unavailable. With a full queue, the due scan is intended. */
  countUnqueued(count: number): void {
    if (this.isUnavailable) this.metrics.wakeUpsLost.inc(count);
  }

  /**
   * Adds the wake-ups of an event with very many deliveries, a few jobs at a time. The next jobs follow when these are
   * nearly taken, so that only a few of them are ahead of other jobs. Stops when the deliveries become due anyway.
   * Never throws.
   */
  async addGradually(eventId: Uuid, tenantId: string): Promise<void> {
    const untilMs = this.clock.monotonicMs() + this.settings.visibilityTimeout * 1000;
    const isOver = (): boolean => this.isStopping || this.clock.monotonicMs() > untilMs;
    try {
      for (let after: Uuid | undefined = eventId; after !== undefined && !isOver();) {
        const wakeUps: WakeUp[] = await this.repository.listFirst(eventId, tenantId, { after, limit: GRADUAL_GROUP });
        if (wakeUps.length > 0) await this.writer.submit(wakeUps);
        after = wakeUps.at(-1)?.id;
        const nextMs = this.clock.monotonicMs() + GRADUAL_PATIENCE_MS;
        const isTime = (): boolean => isOver() || this.clock.monotonicMs() > nextMs;
        while (!isTime() && (await this.queue.depth().catch(() => 0)) > GRADUAL_WAITING_JOBS) {
          await setTimeout(GRADUAL_CHECK_MS, undefined, { ref: false });
        }
      }
    } catch (error) {
      this.logger.warn({ err: error, event_id: toPublicId('evt', eventId) }, 'wake_ups.not_handed_over');
    }
  }

  beforeApplicationShutdown(): void {
    this.isStopping = true;
  }

  private async refresh(): Promise<void> {
    this.refreshedAtMs = this.clock.monotonicMs();
    try {
      this.jobsWaiting = await this.queue.depth();
      this.isUnavailable = false;
    } catch {
      this.isUnavailable = true;
    }
  }

  private async addGroups(groups: WakeUp[][]): Promise<null[]> {
    const wakeUps = groups.flat();
    const isAdded = !this.isUnavailable && (await this.addJobs(wakeUps));
    if (!isAdded) await this.makeDue(wakeUps);
    return groups.map(() => null);
  }

  /** Never throws. If it fails, the deliveries become due after the visibility timeout. */
  private async makeDue(wakeUps: WakeUp[]): Promise<void> {
    this.countUnqueued(wakeUps.length);
    try {
      await this.repository.makeDue(wakeUps.map(({ id }) => id));
    } catch (error) {
      this.logger.warn({ err: error, deliveries: wakeUps.length }, 'wake_ups.not_made_due');
    }
  }

  private async addJobs(wakeUps: WakeUp[]): Promise<boolean> {
    const jobs: WakeUp[][] = [];
    for (let at = 0; at < wakeUps.length; at += WAKE_UPS_PER_JOB) jobs.push(wakeUps.slice(at, at + WAKE_UPS_PER_JOB));
    try {
      await this.queue.add(jobs);
      return true;
    } catch (error) {
      this.isUnavailable = true;
      this.logger.warn({ err: error, deliveries: wakeUps.length }, 'wake_ups.not_added');
      return false;
    }
  }
}
