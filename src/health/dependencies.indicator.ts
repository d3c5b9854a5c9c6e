import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { DeliveryQueue } from '../delivery/index.js';
import { LostSession } from '../shared/database/unavailable.js';
import { Logger } from '../shared/logging/logger.js';
import { VERSION } from '../shared/version.js';
import { BacklogGauges } from './backlog-gauges.js';
import { HealthRepository } from './health.repository.js';

/** A check that takes longer counts as down, because orchestrators wait no longer for a response. */
const CHECK_TIMEOUT_MS = 2000;

/** Checks PostgreSQL, migrations and the queue, and reports due deliveries. */
@Injectable()
export class Dependencies {
  constructor(
    private readonly repository: HealthRepository,
    private readonly queue: DeliveryQueue,
    private readonly indicators: HealthIndicatorService,
    private readonly backlog: BacklogGauges,
    private readonly logger: Logger,
  ) {}

  async database(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('postgresql');
    try {
      return indicator.up({ version: await withinTime(this.repository.serverVersion()) });
    } catch (error) {
      return indicator.down(this.failure('postgresql', error));
    }
  }

  async migrations(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('migrations');
    try {
      const hasPending = await withinTime(this.repository.hasPendingMigrations());
      return hasPending ? indicator.down({ message: 'Some migrations have not been run' }) : indicator.up();
    } catch (error) {
      return indicator.down(this.failure('migrations', error));
    }
  }

  /** Degraded, not down: without Redis, events are still accepted and delivered from PostgreSQL, only more slowly. */
  async redis(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('queue');
    try {
      return indicator.up({ waiting: await withinTime(this.queue.depth()) });
    } catch (error) {
      return indicator.degraded(this.failure('queue', error));
    }
  }

  async deliveries(): Promise<HealthIndicatorResult> {
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
    const isHarmless = error instanceof CheckTimeout || error instanceof LostSession;
    return { message: isHarmless ? error.message : 'The check failed; see the log for the cause' };
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
