import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { Reads } from '../shared/database/reads.js';
import { messageOf } from '../shared/database/replica/replica-state.js';

/** Degraded, not down, while reads that could go to the read replica go to the primary. */
@Injectable()
export class ReplicaIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly reads: Reads,
  ) {}

  /** Without a replica, there is nothing to check. */
  get hasReplica(): boolean {
    return this.reads.replica !== null;
  }

  check(): HealthIndicatorResult {
    const indicator = this.indicators.check('read_replica');
    const { replica } = this.reads;
    if (replica === null) return indicator.up();
    const { state } = replica;
    const message = messageOf(state);
    const fields = {
      ...(state.lagMs !== null && { lag_seconds: Math.round(state.lagMs) / 1000 }),
      ...(message !== null && { message }),
    };
    return state.absence === null ? indicator.up(fields) : indicator.degraded(fields);
  }
}
