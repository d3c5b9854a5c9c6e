import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { OwnFaults } from '../shared/own-faults.js';

/** Whether deliveries of this process wait for what is no receiver's fault: then it is degraded, and says for what. */
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
