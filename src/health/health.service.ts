import { Injectable, type OnModuleDestroy, type OnModuleInit, ServiceUnavailableException } from '@nestjs/common';
import {
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorFunction,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { DeliveryQueue } from '../delivery/index.js';
import { Logger } from '../shared/logging/logger.js';
import { Metrics } from '../shared/metrics/metrics.js';
import { Snapshot } from '../shared/snapshot.js';
import { Clock } from '../shared/time/clock.js';
import { VERSION } from '../shared/version.js';
import { type Backlog, HealthRepository } from './health.repository.js';
import { OwnFaultsIndicator } from './own-faults.indicator.js';

/** A check that takes longer counts as down: an orchestrator waits no longer for its answer. */
const CHECK_TIMEOUT_MS = 2000;

/** Anybody may ask for these, as often as he likes, so the work is done no more than so often. */
const CHECK_LIFE_MS = 500;
const COUNT_LIFE_MS = 1000;
const METRICS_LIFE_MS = 1000;

/** Whether this process can do its work, and how the service is. */
@Injectable()
export class HealthService implements OnModuleInit, OnModuleDestroy {
  private isStopping = false;
  private readonly readiness: Snapshot<HealthCheckResult>;
  private readonly health: Snapshot<HealthCheckResult>;
  private readonly backlog: Snapshot<Backlog>;
  private readonly rendered: Snapshot<Buffer>;

  constructor(
    private readonly repository: HealthRepository,
    private readonly queue: DeliveryQueue,
    private readonly checks: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly metrics: Metrics,
    clock: Clock,
    private readonly logger: Logger,
    private readonly ownFaults: OwnFaultsIndicator,
  ) {
    const needed = [() => this.database(), () => this.migrations(), () => this.redis()];
    const all = [...needed, () => this.deliveries(), () => this.ownFaults.check()];
    this.readiness = new Snapshot(() => this.check(needed), CHECK_LIFE_MS, clock);
    this.health = new Snapshot(() => this.check(all), CHECK_LIFE_MS, clock);
    this.backlog = new Snapshot(() => this.repository.backlog(), COUNT_LIFE_MS, clock);
    this.rendered = new Snapshot(async () => Buffer.from(await this.metrics.render()), METRICS_LIFE_MS, clock);
  }

  onModuleInit(): void {
    const { metrics, queue } = this;
    metrics.addGauge('webhook_queue_depth', 'Jobs that wait in the queue', () => queue.depth());
    metrics.addGauge('webhook_deliveries_due', "Deliveries that are due and in nobody's hands, at most 100000", () =>
      this.backlog.get().then(({ due }) => due),
    );
    metrics.addGauge('webhook_oldest_due_seconds', 'How long the oldest due delivery has been due', () =>
      this.backlog.get().then(({ oldestDueSeconds }) => oldestDueSeconds),
    );
  }

  /** The first step of a shutdown: who asks from now on is told to send nothing more, long before the last answer. */
  onModuleDestroy(): void {
    this.isStopping = true;
  }

  ready(): Promise<HealthCheckResult> {
    return this.unlessStopping(this.readiness);
  }

  whole(): Promise<HealthCheckResult> {
    return this.unlessStopping(this.health);
  }

  /** In the text format of Prometheus: bytes that all who ask within a second share. */
  metricsText(): Promise<Buffer> {
    return this.rendered.get();
  }

  private async unlessStopping(found: Snapshot<HealthCheckResult>): Promise<HealthCheckResult> {
    const result = this.isStopping ? undefined : await found.get();
    if (result === undefined || this.isStopping) return { status: 'shutting_down', info: {}, error: {}, details: {} };
    return result;
  }

  /** Terminus answers a failed check by an exception; here it is an answer like the other. */
  private async check(checks: HealthIndicatorFunction[]): Promise<HealthCheckResult> {
    try {
      return await this.checks.check(checks);
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }

  private async database(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('postgresql');
    try {
      return indicator.up({ version: await withinTime(this.repository.serverVersion()) });
    } catch (error) {
      return indicator.down(this.failure('postgresql', error));
    }
  }

  private async migrations(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('migrations');
    try {
      const isBehind = await withinTime(this.repository.hasPendingMigrations());
      return isBehind ? indicator.down({ message: 'Some migrations have not run' }) : indicator.up();
    } catch (error) {
      return indicator.down(this.failure('migrations', error));
    }
  }

  /** Without Redis events are accepted, and delivered from PostgreSQL: slower, not stopped. */
  private async redis(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('queue');
    try {
      return indicator.up({ waiting: await withinTime(this.queue.depth()) });
    } catch (error) {
      return indicator.degraded(this.failure('queue', error));
    }
  }

  private async deliveries(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('deliveries');
    const versions = { version: VERSION, node: process.versions.node };
    try {
      const { due, oldestDueSeconds } = await withinTime(this.backlog.get());
      return indicator.up({ due, oldest_due_seconds: Math.round(oldestDueSeconds * 1000) / 1000, ...versions });
    } catch (error) {
      return indicator.down({ ...this.failure('deliveries', error), ...versions });
    }
  }

  /** Anybody may ask: what a server said, and where it is, is for the log. */
  private failure(check: string, error: unknown): { message: string } {
    this.logger.warn({ err: error, check }, 'health.check_failed');
    return { message: error instanceof TooLate ? error.message : 'It can not be asked; the log says why' };
  }
}

class TooLate extends Error {}

async function withinTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TooLate(`no answer within ${CHECK_TIMEOUT_MS / 1000} s`));
    }, CHECK_TIMEOUT_MS);
  });
  return Promise.race([answer, tooLate]).finally(() => {
    clearTimeout(timer);
  });
}
