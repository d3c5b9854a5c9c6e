import { Injectable, type OnModuleInit } from '@nestjs/common';
import { MAX_COUNTED, type WaitingDeliveries } from '../../delivery/index.js';
import { Settings } from '../../shared/config/settings.js';
import { parsePublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Clock } from '../../shared/time/clock.js';
import type { WaitingNumbers } from '../../stats/index.js';
import {
  type DetailedSubscriptionHealthAnswer,
  type HealthSource,
  type SubscriptionAnswer,
  SubscriptionHealth,
  type SubscriptionHealthAnswer,
} from '../../subscriptions/index.js';
import { HOURS_SHOWN } from '../domain/health.js';
import { toHealth, toPeriods } from './vitals.mapping.js';
import { type Known, VitalsRepository } from './vitals.repository.js';

const HOUR_MS = 3_600_000;

/** Tells the health of subscriptions, from what is summed up and what workers report. Nothing reads the history. */
@Injectable()
export class Vitals implements HealthSource, OnModuleInit {
  constructor(
    private readonly door: SubscriptionHealth,
    private readonly repository: VitalsRepository,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.door.tellBy(this);
  }

  async list(tenantId: string, subscriptions: readonly SubscriptionAnswer[]): Promise<SubscriptionHealthAnswer[]> {
    const known = await this.repository.list(tenantId, subscriptions.map(uuidOf), this.firstHour());
    return subscriptions.map((each) => this.healthOf(each, known));
  }

  async get(tenantId: string, subscription: SubscriptionAnswer): Promise<DetailedSubscriptionHealthAnswer> {
    const id = uuidOf(subscription);
    const { known, details } = await this.repository.get(tenantId, id, this.firstHour());
    if (details === null) throw new Error('A statement that always has a row had none');
    const waiting = new Map([[id, atPresent(details.waiting, known.waiting.get(id))]]);
    return { ...this.healthOf(subscription, { ...known, waiting }), ...toPeriods(details) };
  }

  private healthOf(subscription: SubscriptionAnswer, known: Known): SubscriptionHealthAnswer {
    const id = uuidOf(subscription);
    return toHealth(
      subscription,
      {
        asOf: known.countedUntil,
        failing: known.failing.get(id) ?? null,
        hours: known.hours.get(id) ?? [],
        waiting: known.waiting.get(id) ?? { waiting: 0, parked: 0 },
        lanes: known.lanes.get(id) ?? { workers: 0, width: 0, in_flight: 0 },
      },
      { nowMs: this.clock.nowMs(), disableAfterDays: this.settings.disableAfterDays },
    );
  }

  /** Hours since the Unix epoch. */
  private firstHour(): number {
    return Math.floor(this.clock.nowMs() / HOUR_MS) - HOURS_SHOWN + 1;
  }
}

function uuidOf({ id }: SubscriptionAnswer): Uuid {
  return parsePublicId(id, 'sub').uuid;
}

/** What waits now, as far as it was counted; of more, the number of the last minute. */
function atPresent(present: WaitingDeliveries, sampled: WaitingNumbers | undefined): WaitingNumbers {
  const either = (now: number, then: number): number => (now <= MAX_COUNTED ? now : Math.max(now, then));
  return {
    waiting: either(present.waiting, sampled?.waiting ?? 0),
    parked: either(present.parked, sampled?.parked ?? 0),
  };
}
