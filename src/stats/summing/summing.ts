import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Settings } from '../../shared/config/settings.js';
import { Logger } from '../../shared/logging/logger.js';
import { Metrics } from '../../shared/metrics/metrics.js';
import { Snapshot } from '../../shared/snapshot.js';
import { Clock } from '../../shared/time/clock.js';
import { Random } from '../../shared/time/random.js';
import { SummingRepository } from './summing.repository.js';

const DAY_MS = 86_400_000;
/** Share by which the interval between looks varies, so that processes do not look at the same time. */
const JITTER = 0.5;
/**
 * Pause after an hour of earlier history, of which there can be many, in times of what it took: deliveries go first.
 */
const EARLIER_PAUSE = 4;
/** Lifetime of the gauge's value, because the metrics are public. */
const GAUGE_LIFE_MS = 1000;

/**
 * Sums up the history while nobody waits for it. Runs in every worker; PostgreSQL lets one at a time do so, and any
 * other goes on where one stopped.
 */
@Injectable()
export class Summing implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly repository: SummingRepository,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
    private readonly settings: Settings,
  ) {
    const behind = new Snapshot(() => repository.secondsBehind(), GAUGE_LIFE_MS, clock);
    metrics.addGauge('webhook_stats_behind_seconds', 'Age of the newest minute of history that is summed up', () =>
      behind.get().then((seconds) => seconds ?? 0),
    );
  }

  onApplicationBootstrap(): void {
    this.schedule();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private schedule(delayMs = this.intervalMs()): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      void this.run().then((pauseMs) => {
        this.schedule(pauseMs);
      });
    }, delayMs).unref();
  }

  private intervalMs(): number {
    return this.settings.summingInterval * 1000 * (1 - JITTER + 2 * JITTER * this.random.next());
  }

  /**
   * Does what there is to do. Never throws: the next run repeats what has failed.
   *
   * @returns milliseconds until the next run; undefined for the usual interval
   */
  private async run(): Promise<number | undefined> {
    try {
      let isOpen = false;
      while (!this.isStopped) {
        const startedMs = this.clock.monotonicMs();
        const done = await this.repository.step(isOpen, this.firstKeptMs());
        if (done === null) return undefined;
        const tookMs = this.clock.monotonicMs() - startedMs;
        if (done === 'close' || done === 'add earlier') this.metrics.summingDuration.observe(tookMs / 1000);
        if (done === 'add earlier') return EARLIER_PAUSE * tookMs;
        // The minute of a new fence is closed in the next run.
        isOpen ||= done === 'open' || done === 'fence';
      }
    } catch (error) {
      // During a shutdown, connections are closed.
      if (this.isStopped) return undefined;
      this.metrics.summingFailures.inc();
      this.logger.warn({ err: error }, 'stats.not_summed');
    }
    return undefined;
  }

  /** As for the retention of the history, whose days are dropped an hour later at most. */
  private firstKeptMs(): number {
    return (Math.floor(this.clock.nowMs() / DAY_MS) - this.settings.retentionDays) * DAY_MS;
  }
}
