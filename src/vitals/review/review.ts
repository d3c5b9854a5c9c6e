import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Snapshot } from '../../shared/snapshot.js';
import { Clock } from '../../shared/time/clock.js';
import { Random } from '../../shared/time/random.js';
import { FEW_FAILURES } from '../domain/disabling-rule.js';
import { LongFailures } from './long-failures.js';
import { ReviewRepository } from './review.repository.js';

/**
 * Interval between reviews: a thousandth of the time until a subscription is disabled, within these limits. It varies
 * by half, so that processes do not review at the same time.
 */
const INTERVAL_SHARE = 1 / 1000;
const MIN_INTERVAL_MS = 1000;
const MAX_INTERVAL_MS = 20_000;
const DAY_MS = 86_400_000;
const JITTER = 0.5;
/** Lifetime of the gauge's value, because the metrics are public. */
const GAUGE_LIFE_MS = 1000;

/**
 * Reviews the health of subscriptions, away from their deliveries. Runs in every worker; PostgreSQL lets one at a time
 * do so, and any other goes on where one stopped.
 */
@Injectable()
export class Review implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly intervalMs: number;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly repository: ReviewRepository,
    private readonly longFailures: LongFailures,
    private readonly random: Random,
    private readonly logger: Logger,
    private readonly settings: Settings,
    clock: Clock,
    metrics: Metrics,
  ) {
    const { disableAfterDays } = settings;
    const wantedMs = disableAfterDays === 0 ? Infinity : disableAfterDays * DAY_MS * INTERVAL_SHARE;
    this.intervalMs = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, wantedMs));
    const failing = new Snapshot(() => repository.countFailing(FEW_FAILURES), GAUGE_LIFE_MS, clock);
    metrics.addGauge(
      'webhook_subscriptions_failing',
      `Subscriptions whose last ${FEW_FAILURES} attempts, or more, all failed`,
      () => failing.get(),
    );
  }

  onApplicationBootstrap(): void {
    this.schedule();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.isStopped) return;
    const delayMs = this.intervalMs * (1 - JITTER + 2 * JITTER * this.random.next());
    this.timer = setTimeout(() => {
      void this.run().then(() => {
        this.schedule();
      });
    }, delayMs).unref();
  }

  /** Never throws: the next review repeats what has failed. */
  private async run(): Promise<void> {
    try {
      for (let hasMore = true; hasMore && !this.isStopped;) {
        const reviewed = await this.repository.review(this.settings.disableAfterDays);
        if (reviewed === null) return;
        for (const subscription of reviewed.toBeDisabled) await this.longFailures.end(subscription);
        hasMore = reviewed.hasMore;
      }
    } catch (error) {
      // During a shutdown, connections are closed.
      if (!this.isStopped) this.logger.warn({ err: error }, 'subscriptions.not_reviewed');
    }
  }
}
