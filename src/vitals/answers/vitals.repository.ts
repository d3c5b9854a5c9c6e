import { Injectable } from '@nestjs/common';
import { lanesOf, type LaneTotals, type WaitingDeliveries, waitingDeliveriesOf } from '../../delivery/index.js';
import { TenantDatabase } from '../../shared/database/tenant-database.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import {
  type AttemptNumbers,
  attemptsOf,
  CLOSED_UNTIL,
  lastSuccessOf,
  waitingOf,
  type WaitingNumbers,
} from '../../stats/index.js';
import type { Failing } from '../domain/failing.js';
import type { HourOfAttempts } from '../domain/health.js';
import { FAILING_COLUMNS, failingOf, type FailingRow } from '../failing-rows.js';

/** What is known about subscriptions; what is missing of one is nothing. */
export interface Known {
  /** Everything before is summed up and reviewed; null before the first review. */
  readonly countedUntil: Date | null;
  readonly failing: ReadonlyMap<Uuid, Failing>;
  readonly hours: ReadonlyMap<Uuid, readonly HourOfAttempts[]>;
  /** At the last minute. */
  readonly waiting: ReadonlyMap<Uuid, WaitingNumbers>;
  readonly lanes: ReadonlyMap<Uuid, LaneTotals>;
}

/** What is known about a single subscription in addition. */
export interface Details extends AttemptNumbers {
  /** At present. */
  readonly waiting: WaitingDeliveries;
  readonly lastSuccess: Date | null;
}

type HourColumns = readonly [id: Uuid, hour: number, succeeded: number, failed: number];

/** Lists are null if they are empty. */
interface KnownRow {
  counted_until: Date | null;
  failing: FailingRow[] | null;
  hours: HourColumns[] | null;
  sampled: (WaitingNumbers & { id: Uuid })[] | null;
  lanes: (LaneTotals & { id: Uuid })[] | null;
}

interface DetailRow extends KnownRow, AttemptNumbers, WaitingDeliveries {
  last_success: Date | null;
}

/** Reviews follow the sums, so they may be behind. Without the condition, `least` would ignore a null. */
const COUNTED_UNTIL = `(select least(reviewed_until, ${CLOSED_UNTIL}) from vitals_progress
  where reviewed_until is not null)`;

/** Subscriptions of tenant $1 with the ids $2; hours from $3 on. */
const KNOWN = `${COUNTED_UNTIL} as counted_until,
  (select json_agg(f) from (
    select ${FAILING_COLUMNS} from failing_subscriptions where tenant_id = $1 and subscription_id = any($2::uuid[])) f
  ) as failing,
  (select json_agg(json_build_array(subscription_id, hour, succeeded, failed)) from subscription_hours
    where tenant_id = $1 and subscription_id = any($2::uuid[]) and hour >= $3) as hours,
  (select json_agg(w) from (${waitingOf('$2::uuid[]')}) w) as sampled,
  (select json_agg(l) from (${lanesOf('$2::uuid[]')}) l) as lanes`;

/** Reads what reviews, sums and workers have stored: one statement for each answer. */
@Injectable()
export class VitalsRepository {
  constructor(private readonly database: TenantDatabase) {}

  async list(tenantId: string, ids: readonly Uuid[], sinceHour: number): Promise<Known> {
    const [row] = await this.database.query<KnownRow>(tenantId, `select ${KNOWN}`, [ids, sinceHour]);
    return toKnown(row);
  }

  async get(
    tenantId: string,
    id: Uuid,
    sinceHour: number,
  ): Promise<{ readonly known: Known; readonly details: Details | null }> {
    const [row] = await this.database.query<DetailRow>(
      tenantId,
      `select ${KNOWN}, attempts_made.*, present.*, (${lastSuccessOf('$4')}) as last_success
       from (${attemptsOf('$4')}) attempts_made, (${waitingDeliveriesOf('$4')}) present`,
      [[id], sinceHour, id],
    );
    const details = row && {
      ...row,
      waiting: { waiting: row.waiting, parked: row.parked },
      lastSuccess: row.last_success,
    };
    return { known: toKnown(row), details: details ?? null };
  }
}

function toKnown(row: KnownRow | undefined): Known {
  const byId = <T extends { id: Uuid }>(rows: readonly T[] | null | undefined): Map<Uuid, T> =>
    new Map((rows ?? []).map((each) => [each.id, each]));
  const hours = Map.groupBy(row?.hours ?? [], ([id]) => id);
  return {
    countedUntil: row?.counted_until ?? null,
    failing: new Map((row?.failing ?? []).map((each) => [each.id, failingOf(each)])),
    hours: new Map([...hours].map(([id, columns]) => [id, columns.map(toHour)])),
    waiting: byId(row?.sampled),
    lanes: byId(row?.lanes),
  };
}

function toHour([, hour, succeeded, failed]: HourColumns): HourOfAttempts {
  return { hour, succeeded, failed };
}
