import type { Statement } from '../../shared/database/hot-path.js';

// What came of attempts. Joins, states and sorted ids are as in delivery.statements.ts.

/**
 * $1 deliveries, sorted, $2 the attempt numbers they were claimed for, $3 milliseconds until they are due. Takes the
 * claim back, number included: nothing was sent under it, and whoever claims next gets the same one. So this is never
 * sent a second time: it could meet the next claim. Served by the primary key. Returns what was put back; the others
 * belonged to somebody else by then.
 */
export const POSTPONE: Statement = {
  name: 'postpone',
  text: `update open_deliveries o
    set state = 0, attempt_count = o.attempt_count - 1,
      next_attempt_at = now() + ($3::float8[])[width_bucket(o.id, $1::uuid[])] * interval '1 millisecond'
    where o.id = any($1::uuid[]) and o.state = 1
      and o.attempt_count = ($2::smallint[])[width_bucket(o.id, $1::uuid[])]
    returning o.id`,
};

/**
 * Texts and bytes of the attempt at place i of RECORD: they lie one behind the other, body, headers, error code, error
 * message.
 */
const BODY = `substring($9::bytea from ($10::int[])[i] for ($11::int[])[i])`;
const HEADERS = `convert_from(substring($9::bytea from ($10::int[])[i] + ($11::int[])[i] for ($12::int[])[i]), 'UTF8')`;
const ERROR_CODE = `case when ($13::int[])[i] > 0 then convert_from(substring($9::bytea
          from ($10::int[])[i] + ($11::int[])[i] + ($12::int[])[i] for ($13::int[])[i]), 'UTF8') end`;
const ERROR_MESSAGE = `case when ($14::int[])[i] > 0 then convert_from(substring($9::bytea
          from ($10::int[])[i] + ($11::int[])[i] + ($12::int[])[i] + ($13::int[])[i] for ($14::int[])[i]), 'UTF8') end`;

/**
 * $1 deliveries that are to be tried again, sorted, $2 the attempt number of each, $3 milliseconds until then. $4
 * deliveries that are final, sorted, $5 the attempt number of each, $6 their states. For the attempts of all of these,
 * retries first: $7 status codes, $8 durations in ms, $9 all that is text or bytes, $10 where that of each starts, and
 * the lengths in bytes of $11 the response body, $12 the response headers as JSON, $13 the error code and $14 the error
 * message, 0 for none. In arrays of texts PostgreSQL would walk to each element. Served by the primary keys. Returns
 * what was recorded when that is not all: what is missing was late.
 */
export const RECORD: Statement = {
  name: 'record',
  text: `with retried as (
      update open_deliveries o
      set state = 0,
        next_attempt_at = now() + ($3::float8[])[width_bucket(o.id, $1::uuid[])] * interval '1 millisecond'
      where o.id = any($1::uuid[]) and o.state = 1
        and o.attempt_count = ($2::smallint[])[width_bucket(o.id, $1::uuid[])]
      returning o.id, o.attempt_count, o.tenant_id, width_bucket(o.id, $1::uuid[]) i),
    finished as (
      delete from open_deliveries o
      where o.id = any($4::uuid[]) and o.state = 1
        and o.attempt_count = ($5::smallint[])[width_bucket(o.id, $4::uuid[])]
      returning o.*, width_bucket(o.id, $4::uuid[]) f, width_bucket(o.id, $4::uuid[]) + cardinality($1::uuid[]) i),
    kept as (
      insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_status_code,
        last_error_code, last_error_message, finished_at, retry_of, created_at)
      select id, event_id, subscription_id, tenant_id, ($6::smallint[])[f], attempt_count, ($7::smallint[])[i],
        ${ERROR_CODE},
        ${ERROR_MESSAGE}, now(), retry_of, created_at
      from finished),
    written as (
      insert into attempts (delivery_id, number, tenant_id, started_at, duration_ms, status_code, error_code, error_message,
        response_headers, response_body)
      select id, attempt_count, tenant_id, now() - ($8::int[])[i] * interval '1 millisecond',
        ($8::int[])[i], ($7::smallint[])[i],
        ${ERROR_CODE},
        ${ERROR_MESSAGE},
        ${HEADERS},
        ${BODY}
      from (select id, attempt_count, tenant_id, i from retried
        union all select id, attempt_count, tenant_id, i from finished) recorded
      returning delivery_id)
    select count(*) = cardinality($1::uuid[]) + cardinality($4::uuid[]) as has_all,
      case when count(*) < cardinality($1::uuid[]) + cardinality($4::uuid[]) then array_agg(delivery_id) end as ids
    from written`,
};

/**
 * $1 deliveries, $2 attempt numbers, $3 status codes, $4 durations in ms, $5 error codes, $6 error messages, $7
 * response headers as JSON, $8 all response bodies, $9 and $10 where each starts and its length, $11 tenants: results
 * of attempts that no longer own their delivery. Such an attempt may have a row that says it was abandoned, or a late
 * one from before, and gets its place. Any other row is the same result, recorded by a statement whose answer was lost:
 * it stays, and is not returned. Nothing else changes.
 */
export const RECORD_LATE: Statement = {
  name: 'record_late',
  text: `insert into attempts (delivery_id, number, tenant_id, started_at, duration_ms, status_code, error_code,
      error_message, response_headers, response_body, is_late)
    select id, number, tenant_id, now() - duration_ms * interval '1 millisecond', duration_ms, status_code, error_code,
      error_message, headers, substring($8::bytea from at for length), true
    from unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::int[], $5::text[], $6::text[], $7::text[], $9::int[],
      $10::int[], $11::text[])
      a(id, number, status_code, duration_ms, error_code, error_message, headers, at, length, tenant_id)
    on conflict (delivery_id, number) do update set started_at = excluded.started_at, duration_ms = excluded.duration_ms,
      status_code = excluded.status_code, error_code = excluded.error_code, error_message = excluded.error_message,
      response_headers = excluded.response_headers, response_body = excluded.response_body, is_late = true
    where attempts.error_code = 'abandoned' or attempts.is_late
    returning delivery_id`,
};
