import { Injectable, type OnModuleDestroy, ServiceUnavailableException } from '@nestjs/common';
import { type HealthCheckResult, HealthCheckService, type HealthIndicatorFunction } from '@nestjs/terminus';
import { Snapshot } from '../shared/snapshot.js';
import { Clock } from '../shared/time/clock.js';
import { Dependencies } from './dependencies.indicator.js';
import { OwnFaultsIndicator } from './own-faults.indicator.js';

/** The endpoints need no key and have no rate limit, so results are cached for this time. */
const CHECK_LIFE_MS = 500;

/** Reports whether this process can do its work, and the state of the whole service. */
@Injectable()
export class HealthService implements OnModuleDestroy {
  private isStopping = false;
  private readonly readiness: Snapshot<HealthCheckResult>;
  private readonly health: Snapshot<HealthCheckResult>;

  constructor(
    private readonly checks: HealthCheckService,
    dependencies: Dependencies,
    ownFaults: OwnFaultsIndicator,
    clock: Clock,
  ) {
    const needed = [() => dependencies.database(), () => dependencies.migrations(), () => dependencies.redis()];
    const all = [...needed, () => dependencies.deliveries(), () => ownFaults.check()];
    this.readiness = new Snapshot(() => this.check(needed), CHECK_LIFE_MS, clock);
    this.health = new Snapshot(() => this.check(all), CHECK_LIFE_MS, clock);
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
}
