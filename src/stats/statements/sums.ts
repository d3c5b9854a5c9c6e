import { deliveryRows, finishedRows, recordedRows, repeatedRows } from '../../delivery/index.js';
import { acceptedRows } from '../../ingest/index.js';
import { BUCKETS_PER_E } from '../domain/histogram.js';
import { KIND } from '../domain/kind.js';
import { msOfId } from '../../shared/ids/hour-of-id.js';
import { SUMMED } from './merged.js';

/**
 * Settings for transactions that run such statements. Rows are found by the indexes that were made for it, and what was
 * found is hashed: the planner cannot know how many rows that is, and a wrong guess would read all of the history.
 */
export const PLANS = `select set_config(name, value, true) from (values ('enable_seqscan', 'off'),
  ('enable_mergejoin', 'off'), ('enable_nestloop', 'off'), ('jit', 'off'), ('work_mem', '64MB')) settings(name, value)`;

/** The part of the history that is summed up. Each field is SQL of conditions on the rows of one table. */
export interface Part {
  /** Begins all conditions: `tenant_id = $1 and`, or nothing for all tenants. */
  readonly scope: string;
  readonly accepted: string;
  readonly finished: string;
  readonly recorded: string;
  readonly repeated: string;
  readonly unit: 'minute' | 'hour';
}

/** Columns of `delivery_stats` that are summed up for. */
export const KEY = 'at, tenant_id, subscription_id, event_type, kind, status_code, error_code';

/** SQL for the bucket of a duration in milliseconds; null without one. See `BUCKETS_PER_E`. */
const bucketOf = (ms: string): string =>
  `ceil(${BUCKETS_PER_E} * ln(case when ${ms} < 1 then 1 else (${ms})::float8 end))::smallint`;

/**
 * SQL for the time from acceptance to the end of a finished delivery, in milliseconds. A manual retry has its own.
 *
 * @param ms SQL for the time of its event, in milliseconds since the Unix epoch
 */
const deliveryMs = (ms: string): string =>
  `date_part('epoch', finished_at) * 1000 - coalesce(date_part('epoch', created_at) * 1000, ${ms})`;

const UNIT_SECONDS = { minute: 60, hour: 3600 } as const;

/**
 * SQL of common table expressions that sum up a part of the history: the rows themselves (`accepted_rows`, `owned`,
 * `recorded_rows`, `repeated_rows`), and `sums` in the shape of `delivery_stats`, for each subscription with each type,
 * each type, and all together.
 *
 * All reads are parts of one statement, because a delivery moves from one table to another while it is counted.
 */
export function sumsOf(part: Part): string {
  return `${rowsOf(part)},
    ${ownedOf(part)},
    ${countedOf(part)},
    levels as (
      select ${KEY}, bucket, n from counted
      union all
      select at, tenant_id, null, event_type, kind, status_code, error_code, bucket, sum(n) from counted
      group by at, tenant_id, event_type, kind, status_code, error_code, bucket
      union all
      select at, tenant_id, null, null, kind, status_code, error_code, bucket, sum(n) from counted
      group by at, tenant_id, kind, status_code, error_code, bucket),
    sums as (
      select to_timestamp(at * ${UNIT_SECONDS[part.unit]}) as at, ${KEY.replace('at, ', '')}, ${SUMMED}
      from levels group by levels.${KEY})`;
}

function rowsOf({ scope, accepted, finished, recorded, repeated }: Part): string {
  return `accepted_rows as materialized (${acceptedRows(`${scope} ${accepted}`)}),
    finished_rows as materialized (${finishedRows(`${scope} ${finished}`)}),
    recorded_rows as materialized (${recordedRows(`${scope} ${recorded}`)}),
    repeated_rows as materialized (${repeatedRows(`${scope} ${repeated}`)})`;
}

/**
 * Deliveries with the type of their event: those that finished, and others that were attempted or opened by hand, which
 * have no state here. The type of most of them comes from an event of the same part; the others look theirs up.
 * `offset 0` makes the planner look them up, whatever number of them it expects: to join them, it would read all of the
 * history.
 */
function ownedOf({ scope }: Part): string {
  return `others as materialized (
      select found.id, found.event_id, found.subscription_id
      from (select delivery_id from recorded_rows union select delivery_id from repeated_rows
          except select id from finished_rows) missing,
        lateral (select * from (${deliveryRows(`${scope} id = missing.delivery_id`)}) one offset 0) found),
    types as materialized (
      select id, event_type, ms from accepted_rows
      union all
      select found.id, found.event_type, found.ms
      from (select event_id from finished_rows union select event_id from others
          except select id from accepted_rows) missing,
        lateral (${acceptedRows(`${scope} id = missing.event_id`)} offset 0) found),
    owned as materialized (
      select f.id, f.tenant_id, f.subscription_id, t.event_type, t.ms, f.state, f.status_code, f.error_code,
        f.finished_at, f.created_at
      from finished_rows f join types t on t.id = f.event_id
      union all
      select o.id, null, o.subscription_id, t.event_type, t.ms, null, null, null, null, null
      from others o join types t on t.id = o.event_id)`;
}

/** SQL for the number of the unit that a time is in. Cheaper than date_trunc, which works in a time zone. */
const unitOf = (unit: Part['unit'], time: string): string =>
  `floor(date_part('epoch', ${time}) / ${UNIT_SECONDS[unit]})`;

function countedOf({ scope, unit }: Part): string {
  const at = (time: string): string => unitOf(unit, time);
  const inRange = `${scope} created_at is null and id > (select id from accepted_rows order by id limit 1)
        and id <= (select (left(id::text, 31) || 'fffff')::uuid from accepted_rows order by id desc limit 1)`;
  return `counted as (
      select ${at('coalesce(e.accepted_at, to_timestamp(e.ms / 1000.0))')} as at, e.tenant_id, d.subscription_id,
        e.event_type, ${KIND.accepted} as kind, null::smallint as status_code, null::text as error_code,
        null::smallint as bucket, count(*) as n
      from (${deliveryRows(inRange)}) d join accepted_rows e on e.id = d.event_id
      group by 1, 2, 3, 4
      union all
      select ${at('r.created_at')}, r.tenant_id, o.subscription_id, o.event_type, ${KIND.accepted}, null, null, null,
        count(*)
      from repeated_rows r join owned o on o.id = r.delivery_id
      group by 1, 2, 3, 4
      union all
      select ${at('finished_at')}, tenant_id, subscription_id, event_type, state, status_code, error_code,
        case when state = ${KIND.delivered} then ${bucketOf(deliveryMs('ms'))} end, count(*)
      from owned where state is not null
      group by 1, 2, 3, 4, 5, 6, 7, 8
      union all
      select ${at('coalesce(a.recorded_at, a.started_at)')}, a.tenant_id, o.subscription_id, o.event_type,
        ${KIND.attempt}, a.status_code, a.error_code, ${bucketOf('a.duration_ms')}, count(*)
      from recorded_rows a join owned o on o.id = a.delivery_id
      group by 1, 2, 3, 4, 6, 7, 8)`;
}

/** As `sumsOf`, for all subscriptions and types together only. This needs no look-ups. */
export function totalsOf(part: Part): string {
  const at = (time: string): string => unitOf(part.unit, time);
  return `${rowsOf(part)},
    counted as (
      select ${at('accepted_at')} as at, tenant_id, ${KIND.accepted} as kind, null::smallint as status_code,
        null::text as error_code, null::smallint as bucket, sum(delivery_count) as n
      from accepted_rows group by 1, 2
      union all
      select ${at('created_at')}, tenant_id, ${KIND.accepted}, null, null, null, count(*) from repeated_rows group by 1, 2
      union all
      select ${at('finished_at')}, tenant_id, state, status_code, error_code,
        case when state = ${KIND.delivered} then ${bucketOf(deliveryMs(msOfId('id')))} end, count(*)
      from finished_rows group by 1, 2, 3, 4, 5, 6
      union all
      select ${at('recorded_at')}, tenant_id, ${KIND.attempt}, status_code, error_code, ${bucketOf('duration_ms')}, count(*)
      from recorded_rows group by 1, 2, 4, 5, 6),
    sums as (
      select to_timestamp(at * ${UNIT_SECONDS[part.unit]}) as at, tenant_id, null::uuid as subscription_id,
        null::text as event_type, kind, status_code, error_code, ${SUMMED}
      from counted group by counted.at, tenant_id, kind, status_code, error_code)`;
}
