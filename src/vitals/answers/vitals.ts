import { Injectable, type OnModuleInit } from '@nestjs/common';
import { UnfinishedDeliveries, type LaneTotals, MAX_COUNTED, type WaitingDeliveries } from '../../delivery/index.js';
import { Settings } from '../../shared/config/settings.js';
import { type Tx, Transactions } from '../../shared/database/transaction.js';
import { parsePublicId } from '../../shared/ids/public-id.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { Clock } from '../../shared/time/clock.js';
import { type AttemptNumbers, SubscriptionStatsRepository, type WaitingNumbers } from '../../stats/index.js';
import {
  type DetailedSubscriptionHealthAnswer,
  type HealthPeriodAnswer,
  type HealthSource,
  type SubscriptionAnswer,
  SubscriptionHealth,
  type SubscriptionHealthAnswer,
} from '../../subscriptions/index.js';
import type { Failing } from '../domain/failing.js';
import { HOURS_SHOWN, type HourOfAttempts, successRate } from '../domain/health.js';
import { toHealth } from './vitals.mapping.js';
import { VitalsRepository } from './vitals.repository.js';

const HOUR_MS = 3_600_000;

/** What is known about a page of subscriptions. */
interface Known {
  readonly closedUntil: Date | null;
  readonly failing: ReadonlyMap<Uuid, Failing>;
  readonly hours: ReadonlyMap<Uuid, readonly HourOfAttempts[]>;
  readonly waiting: ReadonlyMap<Uuid, WaitingNumbers>;
  readonly lanes: ReadonlyMap<Uuid, LaneTotals>;
}

/** Tells the health of subscriptions, from what is summed up and what workers report. Nothing reads the history. */
@Injectable()
export class Vitals implements HealthSource, OnModuleInit {
  constructor(
    private readonly door: SubscriptionHealth,
    private readonly repository: VitalsRepository,
    private readonly stats: SubscriptionStatsRepository,
    private readonly deliveries: UnfinishedDeliveries,
    private readonly transactions: Transactions,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.door.tellBy(this);
  }

  list(tenantId: string, subscriptions: readonly SubscriptionAnswer[]): Promise<SubscriptionHealthAnswer[]> {
    return this.transactions.run(tenantId, async (tx) => {
      const known = await this.read(tx, tenantId, subscriptions.map(uuidOf));
      return subscriptions.map((each) => this.healthOf(each, known));
    });
  }

  get(tenantId: string, subscription: SubscriptionAnswer): Promise<DetailedSubscriptionHealthAnswer> {
    const id = uuidOf(subscription);
    return this.transactions.run(tenantId, async (tx) => {
      const known = await this.read(tx, tenantId, [id]);
      const present = await this.deliveries.count(tx, tenantId, id);
      const { lastHour, lastDay } = await this.stats.attempts(tx, tenantId, id);
      const lastSuccess = await this.stats.lastSuccess(tx, tenantId, id);
      const waiting = new Map([[id, atPresent(present, known.waiting.get(id))]]);
      return {
        ...this.healthOf(subscription, { ...known, waiting }),
        last_hour: toPeriod(lastHour),
        last_day: toPeriod(lastDay),
        last_success_at: lastSuccess?.toISOString() ?? null,
      };
    });
  }

  private async read(tx: Tx, tenantId: string, ids: readonly Uuid[]): Promise<Known> {
    return {
      closedUntil: await this.stats.closedUntil(tx),
      failing: await this.repository.failing(tx, tenantId, ids),
      hours: await this.repository.hours(tx, tenantId, ids, this.nowHour() - HOURS_SHOWN + 1),
      waiting: await this.stats.waiting(tx, tenantId, ids),
      lanes: await this.deliveries.lanes(tx, tenantId, ids),
    };
  }

  private healthOf(subscription: SubscriptionAnswer, known: Known): SubscriptionHealthAnswer {
    const id = uuidOf(subscription);
    return toHealth(
      subscription,
      {
        asOf: known.closedUntil,
        failing: known.failing.get(id) ?? null,
        hours: known.hours.get(id) ?? [],
        waiting: known.waiting.get(id) ?? { waiting: 0, parked: 0 },
        lanes: known.lanes.get(id) ?? { workers: 0, width: 0, inFlight: 0 },
      },
      { nowMs: this.clock.nowMs(), disableAfterDays: this.settings.disableAfterDays },
    );
  }

  private nowHour(): number {
    return Math.floor(this.clock.nowMs() / HOUR_MS);
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

function toPeriod({ attempts, succeeded, p95Ms }: AttemptNumbers): HealthPeriodAnswer {
  return { attempts, success_rate: successRate(succeeded, attempts - succeeded), p95_ms: p95Ms };
}
