import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import type { Tx } from '../../shared/database/transaction.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import { addTo, type Histogram, percentilesOf } from '../domain/histogram.js';
import { KIND } from '../domain/kind.js';

/** Attempts of a subscription in some time. */
export interface AttemptNumbers {
  readonly attempts: number;
  readonly succeeded: number;
  /** 95th percentile of their durations in milliseconds; null without attempts. */
  readonly p95Ms: number | null;
}

/** What waited for a subscription when that was last counted. */
export interface WaitingNumbers {
  readonly waiting: number;
  readonly parked: number;
}

interface AttemptRow {
  is_in_last_hour: boolean;
  is_success: boolean;
  count: number;
  durations: Buffer | null;
}

const IS_SUCCESS = 'status_code between 200 and 299';

/** Numbers of single subscriptions, from what is summed up. Nothing is counted that is not. */
@Injectable()
export class SubscriptionStatsRepository {
  constructor(private readonly database: TenantDatabase) {}

  /** End of what is summed up; null before the first minute is. */
  async closedUntil(tx: Tx): Promise<Date | null> {
    const [row] = await tx.query<{ closed_until: Date | null }[]>('select closed_until from stats_progress');
    return row?.closed_until ?? null;
  }

  /** Attempts of the last hour and of the last day. Served by delivery_stats_subscription. */
  async attempts(
    tx: Tx,
    tenantId: string,
    subscriptionId: Uuid,
  ): Promise<{ readonly lastHour: AttemptNumbers; readonly lastDay: AttemptNumbers }> {
    const rows = await this.database.query<AttemptRow>(
      tenantId,
      `select at >= now() - interval '1 hour' as is_in_last_hour, coalesce(${IS_SUCCESS}, false) as is_success,
         sum(count)::float8 as count, string_agg(durations, ''::bytea) as durations
       from delivery_stats
       where tenant_id = $1 and subscription_id = $2 and at >= now() - interval '1 day' and kind = ${KIND.attempt}
       group by 1, 2`,
      [subscriptionId],
      tx,
    );
    return { lastHour: numbersOf(rows.filter((row) => row.is_in_last_hour)), lastDay: numbersOf(rows) };
  }

  /** Start of the newest minute, or hour, with a success; null if none is known. */
  async lastSuccess(tx: Tx, tenantId: string, subscriptionId: Uuid): Promise<Date | null> {
    const [row] = await this.database.query<{ at: Date }>(
      tenantId,
      `select at from delivery_stats
       where tenant_id = $1 and subscription_id = $2 and kind = ${KIND.attempt} and ${IS_SUCCESS}
       order by at desc limit 1`,
      [subscriptionId],
      tx,
    );
    return row?.at ?? null;
  }

  /** What waited when it was last counted, which happens every minute. Served by waiting_samples_tenant. */
  async waiting(tx: Tx, tenantId: string, subscriptionIds: readonly Uuid[]): Promise<Map<Uuid, WaitingNumbers>> {
    const rows = await this.database.query<WaitingNumbers & { id: Uuid }>(
      tenantId,
      `select subscription_id as id, waiting::float8 as waiting, coalesce(parked, 0)::float8 as parked
       from waiting_samples
       where tenant_id = $1 and at = (select sampled_at from stats_progress) and subscription_id = any($2::uuid[])
         and not is_hour`,
      [subscriptionIds],
      tx,
    );
    return new Map(rows.map(({ id, ...numbers }) => [id, numbers]));
  }
}

function numbersOf(rows: readonly AttemptRow[]): AttemptNumbers {
  const histogram: Histogram = new Map();
  for (const { durations } of rows) if (durations !== null) addTo(histogram, durations);
  const sum = (of: readonly AttemptRow[]): number => of.reduce((total, { count }) => total + count, 0);
  return {
    attempts: sum(rows),
    succeeded: sum(rows.filter((row) => row.is_success)),
    p95Ms: percentilesOf(histogram)?.p95 ?? null,
  };
}
