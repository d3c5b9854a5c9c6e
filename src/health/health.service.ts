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

/** A check that takes longer counts as down, because orchestrators wait no longer for an answer. */
const CHECK_TIMEOUT_MS = 2000;

/** The endpoints need no key and have no rate limit, so results are cached for these times. */
const CHECK_LIFE_MS = 500;
const COUNT_LIFE_MS = 1000;
const METRICS_LIFE_MS = 1000;

/** Reports whether this process can do its work, and the state of the whole service. */
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
    metrics.addGauge('webhook_queue_depth', 'Jobs waiting in the queue', () => queue.depth());
    metrics.addGauge('webhook_deliveries_due', 'Deliveries that are due and that no worker holds, at most 100000', () =>
      this.backlog.get().then(({ due }) => due),
    );
    metrics.addGauge('webhook_oldest_due_seconds', 'Seconds since the oldest due delivery became due', () =>
      this.backlog.get().then(({ oldestDueSeconds }) => oldestDueSeconds),
    );
  }

  /** First step of a shutdown: readiness fails from here on, so load balancers stop sending while requests drain. */
  onModuleDestroy(): void {
    this.isStopping = true;
  }

  ready(): Promise<HealthCheckResult> {
    return this.unlessStopping(this.readiness);
  }

  whole(): Promise<HealthCheckResult> {
    return this.unlessStopping(this.health);
  }

  /** Metrics in the Prometheus text format, rendered at most once per second. */
  metricsText(): Promise<Buffer> {
    return this.rendered.get();
  }

  private async unlessStopping(snapshot: Snapshot<HealthCheckResult>): Promise<HealthCheckResult> {
    const result = this.isStopping ? undefined : await snapshot.get();
    if (result === undefined || this.isStopping) return { status: 'shutting_down', info: {}, error: {}, details: {} };
    return result;
  }

  /** Terminus throws for a failed check; this returns its result instead. */
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
      const hasPending = await withinTime(this.repository.hasPendingMigrations());
      return hasPending ? indicator.down({ message: 'Some migrations have not been run' }) : indicator.up();
    } catch (error) {
      return indicator.down(this.failure('migrations', error));
    }
  }

  /** Degraded, not down: without Redis, events are still accepted and delivered from PostgreSQL, only more slowly. */
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

  /** Logs the error and returns a message without details: the endpoint is public, and errors contain addresses. */
  private failure(check: string, error: unknown): { message: string } {
    this.logger.warn({ err: error, check }, 'health.check_failed');
    return { message: error instanceof CheckTimeout ? error.message : 'The check failed; see the log for the cause' };
  }
}

class CheckTimeout extends Error {}

async function withinTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new CheckTimeout(`no answer within ${CHECK_TIMEOUT_MS / 1000} s`));
    }, CHECK_TIMEOUT_MS);
  });
  return Promise.race([answer, timeout]).finally(() => {
    clearTimeout(timer);
  });
}
