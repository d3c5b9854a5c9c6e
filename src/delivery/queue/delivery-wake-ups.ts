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

/** Wake-ups of one job: a job costs the same whatever it carries. */
const WAKE_UPS_PER_JOB = 100;
/** Most wake-ups of one call to the queue. */
const MAX_GROUP = 2000;
/** The queue is looked at no more often than this, in milliseconds. */
const LOOK_AGE_MS = 250;
/** For an event with very many deliveries: wake-ups handed over at once, and jobs that may wait when more follow. */
const GRADUAL_GROUP = 5 * WAKE_UPS_PER_JOB;
const GRADUAL_WAITING_JOBS = 2;
const GRADUAL_LOOK_MS = 25;
/** A queue that others keep filled delays the next ones by no more than this, in milliseconds. */
const GRADUAL_PATIENCE_MS = 250;

/** Tells the workers of deliveries. What gets lost on the way is made due at once, for the due scan. */
@Injectable()
export class DeliveryWakeUps implements BeforeApplicationShutdown {
  private readonly writer: GroupWriter<WakeUp[], null>;
  private isAway = false;
  private isStopping = false;
  private jobsWaiting = 0;
  private lookedAtMs = Number.NEGATIVE_INFINITY;

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
   * Whether the queue takes jobs, as far as is known: it answers, and does not hold so many that more would only fill
   * Redis. Otherwise what is accepted had better be due at once, for the due scan. Answers by what is known, and asks
   * the queue again in the background when that is old.
   */
  isTakingJobs(): boolean {
    if (this.clock.monotonicMs() - this.lookedAtMs > LOOK_AGE_MS) void this.look();
    return !this.isAway && this.jobsWaiting <= this.settings.queueHighWater;
  }

  /**
   * For deliveries that are due only when their wake-up must be lost: so they are added even if the queue has filled up
   * since it was asked. Does not wait: the publisher's answer does not depend on the queue.
   */
  add(wakeUps: WakeUp[]): void {
    if (wakeUps.length > 0) void this.writer.submit(wakeUps);
  }

  /** Counts deliveries whose wake-up is lost because Redis is away. A full queue loses none: the due scan is wanted. */
  countUnqueued(count: number): void {
    if (this.isAway) this.metrics.wakeUpsLost.inc(count);
  }

  /**
   * Hands over the deliveries of an event that has very many, a few jobs at a time. More follow when those are nearly
   * taken, so that few of them stand ahead of other jobs. Ends when the deliveries become due by themselves. Never
   * throws.
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
          await setTimeout(GRADUAL_LOOK_MS, undefined, { ref: false });
        }
      }
    } catch (error) {
      this.logger.warn({ err: error, event_id: toPublicId('evt', eventId) }, 'wake_ups.not_handed_over');
    }
  }

  beforeApplicationShutdown(): void {
    this.isStopping = true;
  }

  private async look(): Promise<void> {
    this.lookedAtMs = this.clock.monotonicMs();
    try {
      this.jobsWaiting = await this.queue.depth();
      this.isAway = false;
    } catch {
      this.isAway = true;
    }
  }

  private async addGroups(groups: WakeUp[][]): Promise<null[]> {
    const wakeUps = groups.flat();
    const isAdded = !this.isAway && (await this.addJobs(wakeUps));
    if (!isAdded) await this.makeDue(wakeUps);
    return groups.map(() => null);
  }

  /** Never throws: what can't be made due now will be, after the visibility timeout. */
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
      this.isAway = true;
      this.logger.warn({ err: error, deliveries: wakeUps.length }, 'wake_ups.not_added');
      return false;
    }
  }
}
