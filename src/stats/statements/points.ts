import { KIND } from '../domain/kind.js';
import type { Step } from '../domain/stats-range.js';
import { JOINED } from './merged.js';
import { type Part, sumsOf, totalsOf } from './sums.js';

/** By what numbers are grouped. */
export const GROUPS = ['subscription', 'event_type', 'status_code', 'error_code', 'tenant'] as const;
export type Group = (typeof GROUPS)[number];

export interface PointsAsked {
  readonly step: Step;
  readonly groupBy: Group | null;
  readonly acrossTenants: boolean;
  readonly ofSubscriptions: boolean;
  readonly ofEventType: boolean;
  /** Whether the range reaches into minutes that are not summed up yet. */
  readonly isOpen: boolean;
}

/** Parameters: $1 tenant, or null for all; $2 start; $3 end; $4 end of what is summed up; $5 groups; then filters. */
const FIRST_FILTER = 6;

/** What has been recorded since the end of what is summed up. */
const openPart = (scope: string): Part => ({
  scope,
  accepted: 'accepted_at >= $4',
  finished: 'finished_at >= $4',
  recorded: 'recorded_at >= $4',
  repeated: 'created_at >= $4',
  unit: 'minute',
});

const GROUP_COLUMNS: Readonly<Record<Group, string>> = {
  subscription: 'subscription_id::text',
  event_type: 'event_type',
  status_code: `coalesce(status_code::text, '')`,
  error_code: `coalesce(error_code, '')`,
  tenant: 'tenant_id',
};

const groupOf = ({ groupBy }: PointsAsked): string => (groupBy === null ? `''` : GROUP_COLUMNS[groupBy]);

/** SQL that limits rows to the tenant. Across tenants, $1 is null. */
const scopeOf = ({ acrossTenants }: PointsAsked): string =>
  acrossTenants ? '$1::text is null and' : 'tenant_id = $1 and';

/** Whether numbers are grouped by codes, which what was accepted has not yet. */
export const isByCode = (groupBy: Group | null): boolean => groupBy === 'status_code' || groupBy === 'error_code';

/** SQL that chooses the rows of one level: those of each subscription, of each event type, or of all together. */
function levelOf(asked: PointsAsked): string {
  return isByCode(asked.groupBy) ? `${subjectOf(asked)} and kind <> ${KIND.accepted}` : subjectOf(asked);
}

function subjectOf({ groupBy, ofSubscriptions, ofEventType }: PointsAsked): string {
  const subscription = ofSubscriptions ? `subscription_id = any($${FIRST_FILTER}::uuid[])` : null;
  const type = ofEventType ? `event_type = $${FIRST_FILTER + (ofSubscriptions ? 1 : 0)}` : null;
  if (subscription !== null || groupBy === 'subscription') {
    return [subscription ?? 'subscription_id is not null', type].filter((each) => each !== null).join(' and ');
  }
  const types = type ?? (groupBy === 'event_type' ? 'event_type is not null' : 'event_type is null');
  return `subscription_id is null and ${types}`;
}

/**
 * SQL for the numbers of each step and group, for as many groups as $5, the busiest first: `CountedRow` and the number
 * of all groups.
 */
export function points(asked: PointsAsked): string {
  const [scope, level, group] = [scopeOf(asked), levelOf(asked), groupOf(asked)];
  const columns = `date_trunc('${asked.step}', at) as step, ${group} as grp, kind, count, durations`;
  const isDetailed =
    asked.ofSubscriptions || asked.ofEventType || asked.groupBy === 'subscription' || asked.groupBy === 'event_type';
  const open = isDetailed ? sumsOf(openPart(scope)) : totalsOf(openPart(scope));
  // An hour has no place among minutes.
  const fine = asked.step === 'minute' ? ' and not is_hour' : '';
  return `with ${asked.isOpen ? `${open},` : ''}
    chosen as materialized (
      select ${columns} from delivery_stats where ${scope} at >= $2 and at < least($3, $4::timestamptz) and ${level}${fine}
      ${asked.isOpen ? `union all select ${columns} from sums where at >= $2 and at < $3 and ${level}` : ''}),
    busiest as (
      select grp, count(*) over () as all_groups from chosen group by grp order by sum(count) desc, grp limit $5)
    select date_part('epoch', step) * 1000 as step_ms, grp, kind, all_groups::float8 as all_groups,
      count::float8 as count, durations
    from (select step, grp, kind, ${JOINED} from chosen group by step, grp, kind) merged join busiest using (grp)`;
}

/** Whether samples of what waits can tell the requested groups apart: they know neither types nor codes. */
export function tellsWaiting({ groupBy, ofEventType }: Pick<PointsAsked, 'groupBy' | 'ofEventType'>): boolean {
  return !ofEventType && (groupBy === null || groupBy === 'subscription' || groupBy === 'tenant');
}

/**
 * SQL for what waited in each step: `WaitingRow`, for the groups in $4, and for up to $5 others in which nothing else
 * happened. $6 has the subscriptions, if some were asked for.
 */
export function waitingPoints(asked: PointsAsked): string {
  const subscription = asked.groupBy === 'subscription' ? 'subscription_id is not null' : 'subscription_id is null';
  const fine = asked.step === 'minute' ? ' and not is_hour' : '';
  return `with sampled as materialized (
      select at, ${groupOf(asked)} as grp, sum(waiting) as waiting, min(oldest_due_at) as oldest_due_at
      from waiting_samples where ${scopeOf(asked)} at >= $2 and at < $3
        and ${asked.ofSubscriptions ? 'subscription_id = any($6::uuid[])' : subscription}${fine}
      group by 1, 2),
    others as (
      select grp from sampled where grp <> all($4::text[]) group by grp order by max(waiting) desc, grp limit $5)
    select date_part('epoch', date_trunc('${asked.step}', at)) * 1000 as step_ms, grp, max(waiting)::float8 as waiting,
      min(oldest_due_at) as oldest_due_at
    from sampled where grp = any($4::text[] || array(select grp from others)) group by 1, 2`;
}
