import type { Reader } from '../../shared/database/reading.js';
import type { Uuid } from '../../shared/ids/uuid.js';
import type { StatsRange, Step } from '../domain/stats-range.js';
import type { CountedRow, WaitingRow } from '../domain/stats-series.js';
import { type Group, points, type PointsAsked, tellsWaiting, waitingPoints } from './points.js';
import { readSummed, type Summed } from './progress.js';
import { PLANS } from './sums.js';

export interface StatsAsked {
  readonly range: Exclude<StatsRange, { fault: unknown }>;
  readonly step: Step;
  readonly groupBy: Group | null;
  readonly acrossTenants: boolean;
  /** Only these; null for all. */
  readonly subscriptionIds: readonly Uuid[] | null;
  readonly eventType: string | null;
  /** Most groups that are returned; the busiest come first. */
  readonly maxGroups: number;
}

/** Rows of the points, of each group and of all together. */
export interface StatsRows {
  readonly summed: Summed;
  readonly counted: readonly CountedRow[];
  readonly waiting: readonly WaitingRow[];
  readonly groups: number;
  /** As above, for all groups together. */
  readonly all: { readonly counted: readonly CountedRow[]; readonly waiting: readonly WaitingRow[] };
}

/** Runs SQL in which $1 is the tenant, or null for all; `values` start at $2. */
type Run = <Row>(text: string, values: readonly unknown[]) => Promise<Row[]>;

interface PointRow extends CountedRow {
  readonly all_groups: number;
}

/** @param reader reads everything in one snapshot */
export async function readStats(reader: Reader, asked: StatsAsked, run: Run): Promise<StatsRows> {
  const summed = await readSummed(reader);
  await reader.query(PLANS);
  const own = await readSeries(asked, summed, run);
  if (asked.groupBy === null) return { ...own, summed, all: own };
  // Groups that were left out are parts of the whole, too.
  const all = await readSeries({ ...asked, groupBy: null }, summed, run);
  return { ...own, summed, all };
}

async function readSeries(asked: StatsAsked, summed: Summed, run: Run): Promise<Omit<StatsRows, 'all' | 'summed'>> {
  const { range, subscriptionIds, eventType } = asked;
  const [since, until] = [new Date(range.fromMs), new Date(range.toMs)];
  // Without sums, everything since the start of time is open.
  const closedUntil = summed.closed_until ?? new Date(0);
  const shape: PointsAsked = {
    step: asked.step,
    groupBy: asked.groupBy,
    acrossTenants: asked.acrossTenants,
    ofSubscriptions: subscriptionIds !== null,
    ofEventType: eventType !== null,
    isOpen: summed.closed_until !== null && until > closedUntil,
  };
  const filters = [subscriptionIds, eventType].filter((each) => each !== null);
  const counted = await run<PointRow>(points(shape), [since, until, closedUntil, asked.maxGroups, ...filters]);
  const groups = [...new Set(counted.map(({ grp }) => grp))];
  const waiting = tellsWaiting(shape)
    ? await run<WaitingRow>(waitingPoints(shape), [
        since,
        until,
        groups,
        asked.groupBy === null ? 1 : asked.maxGroups - groups.length,
        ...(subscriptionIds === null ? [] : [subscriptionIds]),
      ])
    : [];
  return { counted, waiting, groups: counted[0]?.all_groups ?? 0 };
}
