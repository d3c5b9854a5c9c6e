import { Injectable } from '@nestjs/common';
import { finishedByHour, repeatedByHour, unfinishedByHour } from '../delivery/index.js';
import { acceptedByHour } from '../ingest/index.js';
import { TenantDatabase } from '../shared/database/tenant-database.js';
import { Transactions } from '../shared/database/transaction.js';
import { firstUuidAt } from '../shared/ids/uuid.js';
import { CLOSED_UNTIL, readSummed, summedByHour, SUMMED_FROM_HOUR } from '../stats/index.js';

const HOUR_MS = 3_600_000;

/** Delivery counts of the events of one hour. */
export interface LedgerRow {
  /** Milliseconds since the Unix epoch. */
  readonly hour_ms: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly unfinished: number;
}

/** A row of the history. `agrees` is whether the sums say the same; null if they don't cover the hour yet. */
export interface VerifiedRow extends LedgerRow {
  readonly agrees: boolean | null;
}

/** Counts accepted deliveries, and their outcomes. A delivery that finishes meanwhile is counted once. */
@Injectable()
export class LedgerRepository {
  constructor(
    private readonly database: TenantDatabase,
    private readonly transactions: Transactions,
  ) {}

  /**
   * Newest hour first. Adds what was recorded since the last minute that is summed up to the sums, in one snapshot.
   * Hours that are not summed up yet are counted from the history, as after an upgrade.
   */
  async list(tenantId: string, fromMs: number, toMs: number): Promise<LedgerRow[]> {
    const { rows, summedFromMs } = await this.transactions.searchOnSnapshot(tenantId, async (reader) => {
      const { closed_until: closedUntil, summed_from_hour: fromHour } = await readSummed(reader);
      const fromSummedMs = Math.max(fromMs, (fromHour ?? Infinity) * HOUR_MS);
      if (closedUntil === null || fromSummedMs >= toMs) return { rows: [], summedFromMs: toMs };
      const values = [...boundsOf(fromSummedMs, toMs), closedUntil];
      const newer = await this.database.query<LedgerRow>(tenantId, SUMMED_LEDGER, values, reader);
      return { rows: newer, summedFromMs: fromSummedMs };
    });
    if (summedFromMs <= fromMs) return rows;
    return [...rows, ...(await this.database.report<LedgerRow>(tenantId, LEDGER, idsOf(fromMs, summedFromMs)))];
  }

  /** Newest hour first. Counts the history, and compares the sums with it in the same snapshot. */
  verify(tenantId: string, fromMs: number, toMs: number): Promise<VerifiedRow[]> {
    return this.database.report<VerifiedRow>(tenantId, VERIFIED_LEDGER, boundsOf(fromMs, toMs));
  }
}

function idsOf(fromMs: number, toMs: number): [string, string] {
  return [firstUuidAt(fromMs), firstUuidAt(toMs)];
}

/** The bounds as ids and as hours since the Unix epoch. */
function boundsOf(fromMs: number, toMs: number): [string, string, number, number] {
  return [...idsOf(fromMs, toMs), fromMs / HOUR_MS, toMs / HOUR_MS];
}

/** SQL for the counts of each hour. @param since SQL for a time: counts only what was recorded then or later */
function countsOf(since?: string): string {
  const columns = 'accepted, 0 as delivered, 0 as failed, 0 as cancelled, 0 as unfinished';
  return `select hour, ${columns} from (${acceptedByHour(since)}) a
    union all select hour, ${columns} from (${repeatedByHour(since)}) r
    union all select hour, 0, delivered, failed, cancelled, 0 from (${finishedByHour(since)}) f
    union all select hour, 0, 0, 0, 0, unfinished from (${unfinishedByHour}) u`;
}

/** $1 tenant; $2 and $3 bounds of ids, $4 and $5 those of hours: from (inclusive) and to (exclusive). */
const summedCounts = (since: string): string => `${countsOf(since)}
    union all select hour, accepted, delivered, failed, cancelled, 0 from (${summedByHour('$4', '$5')}) s`;

const COUNTS = ['accepted', 'delivered', 'failed', 'cancelled', 'unfinished'] as const;
const SUMS = COUNTS.map((count) => `coalesce(sum(${count}), 0)::float8 as ${count}`).join(', ');
const ledger = (counts: string): string =>
  `select (hour * 3600000)::float8 as hour_ms, ${SUMS} from (${counts}) counts group by hour`;

/** From the history alone. $1 tenant, $2 lower bound of ids (inclusive), $3 upper bound (exclusive). */
export const LEDGER = `${ledger(countsOf())} order by hour_ms desc`;

/** $6 is the time until which sums have everything. */
const SUMMED_LEDGER = `${ledger(summedCounts('$6'))} order by hour_ms desc`;

const VERIFIED_LEDGER = `with history as (${ledger(countsOf())}),
  summed as (${ledger(summedCounts(CLOSED_UNTIL))})
  select coalesce(h.hour_ms, s.hour_ms) as hour_ms, ${COUNTS.map((count) => `coalesce(h.${count}, 0) as ${count}`).join(', ')},
    case when coalesce(h.hour_ms, s.hour_ms) / 3600000 >= ${SUMMED_FROM_HOUR}
      then ${COUNTS.map((count) => `coalesce(h.${count}, 0) = coalesce(s.${count}, 0)`).join(' and ')} end as agrees
  from history h full join summed s on s.hour_ms = h.hour_ms
  order by 1 desc`;
