import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { OwnFaults } from '../shared/own-faults.js';

/** Degraded, with the reasons, if in the last minute deliveries were held up by faults of this process or its host. */
@Injectable()
export class OwnFaultsIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly ownFaults: OwnFaults,
  ) {}

  check(): HealthIndicatorResult {
    const indicator = this.indicators.check('sending');
    const reasons = this.ownFaults.ofLastMinute();
    return reasons.length === 0 ? indicator.up() : indicator.degraded({ reasons });
  }
}
