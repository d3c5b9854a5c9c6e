import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS_TOKEN } from '../shared/shared.module.js';
import type { Settings } from '../shared/config/settings.js';
import { GroupWriter } from '../shared/group-writer.js';
import { Logger } from '../shared/logging/logger.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { Clock } from '../shared/time/clock.js';
import type { WakeUp } from './delivery.entity.js';
import { DeliveryQueue } from './queue/delivery-queue.js';

/** Wake-ups of one job: a job costs the same whatever it carries. */
const WAKE_UPS_PER_JOB = 100;
/** Most wake-ups of one call to the queue. */
const MAX_GROUP = 2000;
/** The depth of the queue is asked for no more often than this, in milliseconds. */
const DEPTH_AGE_MS = 250;

/** Tells the workers of deliveries. Whatever gets lost on the way is found by the due scan. */
@Injectable()
export class DeliveryWakeUps {
  private readonly writer: GroupWriter<WakeUp[], boolean>;
  private depth = { jobs: 0, atMs: Number.NEGATIVE_INFINITY };

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    @Inject(SETTINGS_TOKEN) private readonly settings: Settings,
  ) {
    this.writer = new GroupWriter((groups) => this.addGroups(groups), {
      items: MAX_GROUP,
      groups: 1,
      weigh: (wakeUps) => wakeUps.length,
      weight: MAX_GROUP,
    });
  }

  /** Does not wait: the publisher's answer does not depend on the queue. */
  add(wakeUps: WakeUp[]): void {
    if (wakeUps.length > 0) void this.hand(wakeUps);
  }

  /** @returns whether the queue has them now. Never throws. */
  hand(wakeUps: WakeUp[]): Promise<boolean> {
    return this.writer.submit(wakeUps);
  }

  /** Whether so many jobs wait that more would only fill Redis. False when it can't be asked. */
  async isQueueFull(): Promise<boolean> {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.depth.atMs > DEPTH_AGE_MS) {
      const jobs = await this.queue.depth().catch(() => 0);
      this.depth = { jobs, atMs: nowMs };
    }
    return this.depth.jobs > this.settings.queueHighWater;
  }

  private async addGroups(groups: WakeUp[][]): Promise<boolean[]> {
    const wakeUps = groups.flat();
    const isAdded = !(await this.isQueueFull()) && (await this.addJobs(wakeUps));
    if (!isAdded) this.metrics.wakeUpsLost.inc(wakeUps.length);
    return groups.map(() => isAdded);
  }

  private async addJobs(wakeUps: WakeUp[]): Promise<boolean> {
    const jobs: WakeUp[][] = [];
    for (let at = 0; at < wakeUps.length; at += WAKE_UPS_PER_JOB) jobs.push(wakeUps.slice(at, at + WAKE_UPS_PER_JOB));
    try {
      await this.queue.add(jobs);
      return true;
    } catch (error) {
      this.logger.warn({ err: error, deliveries: wakeUps.length }, 'wake_ups.not_added');
      return false;
    }
  }
}
