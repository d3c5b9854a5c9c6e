import { OWN_ERROR_CODES } from '../../delivery/index.js';
import { attemptsBySubscription } from '../../stats/index.js';
import { FAILING_COLUMNS } from '../failing-rows.js';

const IS_SUCCESS = 'status_code between 200 and 299';
/** An attempt for whose end the service, its proxy or a client is to blame says nothing about the receiver. */
const IS_FAILURE = `not coalesce(${IS_SUCCESS}, false)
  and coalesce(error_code, '') not in (${OWN_ERROR_CODES.map((code) => `'${code}'`).join(', ')})`;
const HOUR = `floor(date_part('epoch', at) / 3600)::int`;
const MS = (time: string): string => `date_part('epoch', ${time}) * 1000`;

// In all statements here, $1 is the first minute and $2 the minute after the last.
const ATTEMPTS = attemptsBySubscription('$1', '$2');

/** Adds minutes to the hours that lists of subscriptions show. */
export const ADD_HOURS = `insert into subscription_hours as stored (subscription_id, hour, tenant_id, succeeded, failed)
  select subscription_id, ${HOUR}, tenant_id, coalesce(sum(count) filter (where ${IS_SUCCESS}), 0),
    coalesce(sum(count) filter (where ${IS_FAILURE}), 0)
  from (${ATTEMPTS}) seen
  group by 1, 2, 3
  on conflict (subscription_id, hour) do update
    set succeeded = stored.succeeded + excluded.succeeded, failed = stored.failed + excluded.failed`;

/** Removes hours before $1. */
export const FORGET_HOURS = 'delete from subscription_hours where hour < $1';

/** Whether any receiver has answered, and whether any has not: `NetworkSigns`. */
export const NETWORK_SIGNS = `select coalesce(sum(count) filter (where status_code is not null), 0)::float8 as answered,
    coalesce(sum(count) filter (where status_code is null and ${IS_FAILURE}), 0)::float8 as unanswered
  from (${ATTEMPTS}) seen`;

/**
 * What minutes say about subscriptions: rows of `SeenRow`, for those that have failed after their last success, and
 * those of $3 that have succeeded.
 */
export const SEEN = `with seen as materialized (${ATTEMPTS}),
  successes as (select subscription_id, max(at) as at from seen where ${IS_SUCCESS} group by 1),
  failures as (
    select a.tenant_id, a.subscription_id, a.at, a.status_code, a.error_code, a.count
    from seen a left join successes s on s.subscription_id = a.subscription_id
    where ${IS_FAILURE} and (s.at is null or a.at > s.at)),
  failed as (
    select tenant_id, subscription_id, sum(count)::float8 as count, ${MS('min(at)')} as first_ms, ${MS('max(at)')} as last_ms,
      count(distinct ${HOUR})::int as hours, (array_agg(status_code order by at desc, count desc))[1] as status_code,
      (array_agg(error_code order by at desc, count desc))[1] as error_code
    from failures group by 1, 2)
  select f.tenant_id, coalesce(f.subscription_id, s.subscription_id) as id, s.at is not null as has_succeeded,
    f.count, f.first_ms, f.last_ms, f.hours, f.status_code, f.error_code
  from failed f full join successes s on s.subscription_id = f.subscription_id
  where f.subscription_id is not null or s.subscription_id = any($3::uuid[])`;

export const READ_FAILING = `select ${FAILING_COLUMNS} from failing_subscriptions`;

export const FORGET_FAILING = 'delete from failing_subscriptions where subscription_id = any($1::uuid[])';

/** Lets the failures of subscription $2 of tenant $1 count anew. */
export const RESTART_COUNT = `update failing_subscriptions
  set counted_from = null, counted_to = null, counted_failures = null, counted_hours = null, stage = 0
  where tenant_id = $1 and subscription_id = $2`;

/** Stores rows of the shape of READ_FAILING, given as JSON in $1. */
export const KEEP_FAILING = `insert into failing_subscriptions (subscription_id, tenant_id, failing_since, last_failed_at,
    failures, last_status_code, last_error_code, target_digest, is_announced, counted_from, counted_to, counted_failures,
    counted_hours, stage)
  select id, tenant_id, to_timestamp(since_ms / 1000), to_timestamp(last_ms / 1000), failures, status_code, error_code,
    target_digest, is_announced, counted_from, counted_to, counted_failures, counted_hours, stage
  from jsonb_to_recordset($1::jsonb) as given(id uuid, tenant_id text, since_ms float8, last_ms float8, failures float8,
    status_code smallint, error_code text, target_digest text, is_announced boolean, counted_from float8,
    counted_to float8, counted_failures float8, counted_hours int, stage smallint)
  on conflict (subscription_id) do update set failing_since = excluded.failing_since,
    last_failed_at = excluded.last_failed_at, failures = excluded.failures,
    last_status_code = excluded.last_status_code, last_error_code = excluded.last_error_code,
    target_digest = excluded.target_digest, is_announced = excluded.is_announced,
    counted_from = excluded.counted_from, counted_to = excluded.counted_to,
    counted_failures = excluded.counted_failures, counted_hours = excluded.counted_hours, stage = excluded.stage`;

// By the clock, because the transaction may have begun before another review that has ended since.
export const READ_PROGRESS = `select ${MS('clock_timestamp()')} as now_ms, ${MS('reviewed_until')} as reviewed_ms,
    ${MS('watched_at')} as watched_ms, watched_seconds, doubt_seconds
  from vitals_progress`;

/** $1 is the end of what is reviewed, in milliseconds; then the fields of the watch. */
export const KEEP_PROGRESS = `update vitals_progress set reviewed_until = to_timestamp($1::float8 / 1000),
    watched_at = to_timestamp($2::float8 / 1000), watched_seconds = $3, doubt_seconds = $4`;
