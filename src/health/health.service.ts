import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { type HealthCheckResult, HealthCheckService, type HealthIndicatorFunction } from '@nestjs/terminus';
import { Shutdown } from '../shared/shutdown.js';
import { Snapshot } from '../shared/snapshot.js';
import { Clock } from '../shared/time/clock.js';
import { Dependencies } from './dependencies.indicator.js';
import { OwnFaultsIndicator } from './own-faults.indicator.js';
import { ReplicaIndicator } from './replica.indicator.js';

/** The endpoints need no key and have no rate limit, so results are cached for this time. */
const CHECK_LIFE_MS = 500;

/** Reports whether this process can do its work, and the state of the whole service. */
@Injectable()
export class HealthService {
  private readonly readiness: Snapshot<HealthCheckResult>;
  private readonly health: Snapshot<HealthCheckResult>;

  constructor(
    private readonly checks: HealthCheckService,
    dependencies: Dependencies,
    ownFaults: OwnFaultsIndicator,
    replica: ReplicaIndicator,
    clock: Clock,
    private readonly shutdown: Shutdown,
  ) {
    const needed = [() => dependencies.database(), () => dependencies.migrations(), () => dependencies.redis()];
    const others = [() => dependencies.deliveries(), () => ownFaults.check()];
    const all = (): HealthIndicatorFunction[] => [
      ...needed,
      ...others,
      ...(replica.hasReplica ? [() => replica.check()] : []),
    ];
    this.readiness = new Snapshot(() => this.check(needed), CHECK_LIFE_MS, clock);
    this.health = new Snapshot(() => this.check(all()), CHECK_LIFE_MS, clock);
  }

  ready(): Promise<HealthCheckResult> {
    return this.unlessStopping(this.readiness);
  }

  whole(): Promise<HealthCheckResult> {
    return this.unlessStopping(this.health);
  }

  /** Fails from the first moment of a shutdown, so that load balancers stop sending while requests are still served. */
  private async unlessStopping(snapshot: Snapshot<HealthCheckResult>): Promise<HealthCheckResult> {
    const result = this.shutdown.hasBegun ? undefined : await snapshot.get();
    if (result === undefined || this.shutdown.hasBegun)
      return { status: 'shutting_down', info: {}, error: {}, details: {} };
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
