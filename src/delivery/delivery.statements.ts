import type { Statement } from '../shared/database/hot-path.js';

/**
 * The statements of the delivery path. None joins `open_deliveries`: its rows are found by `= any(array)`, and other tables
 * by scalar sub-selects, so that there is no join for the planner to turn round while the table grows. States: 0 pending,
 * 1 in flight, 2 delivered, 3 failed, 4 cancelled; subscriptions 0 active, 1 paused, 2 disabled, 3 deleted.
 */

const SUBSCRIPTION_COLUMNS = `s.target_url, s.secrets, s.headers, s.max_attempts, s.initial_interval_ms, s.max_interval_ms,
      s.timeout_ms, s.max_in_flight`;

const LEASE = `now() + (coalesce((select s.timeout_ms from subscriptions s where s.id = o.subscription_id), $3::float8)
        + $4::float8) * interval '1 millisecond'`;

/** One statement a partition of events: reading through the partitioned parent costs a quarter of a whole delivery. */
function perPartition(name: string, text: (partition: string) => string): (partition: string) => Statement {
  const statements = new Map<string, Statement>();
  return (partition) => {
    const known = statements.get(partition) ?? { name: `${name}_${partition}`, text: text(partition) };
    statements.set(partition, known);
    return known;
  };
}

/**
 * $1 deliveries, $2 the attempt counts that their wake-ups named, $3 default timeout and $4 grace of the lease in ms. Served
 * by the primary key. No indexed column changes, so the update is HOT.
 */
export const claim = perPartition(
  'claim',
  (partition) => `with claimed as (
      update open_deliveries o
      set state = 1, attempt_count = o.attempt_count + 1, lease_until = ${LEASE}
      where o.id = any($1::uuid[]) and o.attempt_count = ($2::smallint[])[array_position($1::uuid[], o.id)]
        and o.state = 0 and o.parked_at is null
        and (select s.state from subscriptions s where s.id = o.subscription_id) = 0
      returning o.id, o.event_id, o.subscription_id, o.tenant_id, o.attempt_count, o.abandoned_count)
    select c.*, e.event_type, e.content_type, e.payload, ${SUBSCRIPTION_COLUMNS}
    from claimed c join ${partition} e on e.id = c.event_id join subscriptions s on s.id = c.subscription_id`,
);

/** $1 deliveries, $2 their events, $3 their subscriptions: what goes with deliveries that were pulled. */
export const readClaimed = perPartition(
  'read_claimed',
  (partition) => `select c.id, e.event_type, e.content_type, e.payload, ${SUBSCRIPTION_COLUMNS}
    from unnest($1::uuid[], $2::uuid[], $3::uuid[]) c(id, event_id, subscription_id)
      join ${partition} e on e.id = c.event_id join subscriptions s on s.id = c.subscription_id`,
);

/** $1 deliveries. Served by the primary key. */
export const PARK: Statement = {
  name: 'park',
  text: `update open_deliveries set parked_at = now(), next_attempt_at = 'infinity'
    where id = any($1::uuid[]) and state = 0 and parked_at is null`,
};

/** What was taken out of the open table because its subscription is deleted becomes history. Returns its ids. */
const KEEP_GONE = `insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_error_code,
      last_error_message, finished_at, retry_of, created_at)
    select id, event_id, subscription_id, tenant_id, 4, attempt_count, 'subscription_gone',
      'The subscription was deleted', now(), retry_of, created_at from gone
    returning id`;

/** $1 deliveries. Served by the primary key. Returns what was cancelled. */
export const SETTLE_UNCLAIMED: Statement = {
  name: 'settle_unclaimed',
  text: `with held as (
      update open_deliveries o set parked_at = now(), next_attempt_at = 'infinity'
      where o.id = any($1::uuid[]) and o.state = 0 and o.parked_at is null
        and (select s.state from subscriptions s where s.id = o.subscription_id) in (1, 2)),
    gone as (
      delete from open_deliveries o
      where o.id = any($1::uuid[]) and o.state = 0
        and (select s.state from subscriptions s where s.id = o.subscription_id) = 3
      returning o.*)
    ${KEEP_GONE}`,
};

/**
 * $1 subscriptions, $2 free slots of each, $3 default timeout and $4 grace of the lease in ms, $5 visibility in seconds.
 * Served by open_deliveries_parked: only it gives the order.
 */
export const PULL: Statement = {
  name: 'pull',
  text: `with picked as (
      select o.id from unnest($1::uuid[], $2::int[]) lane(subscription_id, free),
        lateral (select id from open_deliveries o
                 where o.subscription_id = lane.subscription_id and o.parked_at is not null
                   and (select s.state from subscriptions s where s.id = lane.subscription_id) = 0
                 order by parked_at limit lane.free for update skip locked) o),
    claimed as (
      update open_deliveries o
      set state = 1, attempt_count = o.attempt_count + 1, lease_until = ${LEASE}, parked_at = null,
        next_attempt_at = now() + $5::float8 * interval '1 second'
      where o.id = any(array(select id from picked))
      returning o.id, o.event_id, o.subscription_id, o.tenant_id, o.attempt_count, o.abandoned_count)
    select * from claimed`,
};

/** A skip scan over open_deliveries_parked: one step for each subscription. */
export const SUBSCRIPTIONS_WITH_PARKED: Statement = {
  name: 'subscriptions_with_parked',
  text: `with recursive lane as (
      (select subscription_id from open_deliveries where parked_at is not null order by subscription_id limit 1)
      union all
      select (select o.subscription_id from open_deliveries o
              where o.parked_at is not null and o.subscription_id > lane.subscription_id
              order by o.subscription_id limit 1)
      from lane where lane.subscription_id is not null)
    select subscription_id from lane where subscription_id is not null`,
};

/** $1 subscriptions, $2 limit. Served by open_deliveries_parked and the primary key. Returns what was cancelled. */
export const CANCEL_PARKED_OF_DELETED: Statement = {
  name: 'cancel_parked_of_deleted',
  text: `with picked as (
      select o.id from unnest($1::uuid[]) lane(subscription_id),
        lateral (select id from open_deliveries o
                 where o.subscription_id = lane.subscription_id and o.parked_at is not null
                   and (select s.state from subscriptions s where s.id = lane.subscription_id) = 3
                 order by parked_at limit $2 for update skip locked) o),
    gone as (delete from open_deliveries o where o.id = any(array(select id from picked)) returning o.*)
    ${KEEP_GONE}`,
};

/** A delivery whose attempts were cut short so often is not tried again: something about it ends workers. */
const MAX_ABANDONED = 5;

/**
 * $1 limit, $2 visibility in seconds. Served by open_deliveries_due. In flight past its lease: the worker is gone, the
 * attempt gets its row here.
 */
export const TAKE_DUE: Statement = {
  name: 'take_due',
  text: `with picked as (
      select id, tenant_id, state, attempt_count, abandoned_count, lease_until from open_deliveries
      where next_attempt_at <= now() and (state = 0 or lease_until <= now())
      order by next_attempt_at limit $1 for update skip locked),
    abandoned as (
      insert into attempts (delivery_id, number, tenant_id, started_at, error_code, error_message)
      select id, attempt_count, tenant_id, lease_until, 'abandoned', 'The worker stopped before it recorded an outcome'
      from picked where state = 1
      on conflict do nothing),
    failed as (
      delete from open_deliveries o
      where o.id = any(array(select id from picked where state = 1 and abandoned_count + 1 >= ${MAX_ABANDONED}))
      returning o.*),
    kept as (
      insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_error_code,
        last_error_message, finished_at, retry_of, created_at)
      select id, event_id, subscription_id, tenant_id, 3, attempt_count, 'abandoned',
        'Its attempts were cut short ${MAX_ABANDONED} times', now(), retry_of, created_at from failed),
    woken as (
      update open_deliveries o
      set state = 0, abandoned_count = o.abandoned_count + o.state,
        next_attempt_at = now() + $2::float8 * interval '1 second'
      where o.id = any(array(select id from picked where state = 0 or abandoned_count + 1 < ${MAX_ABANDONED}))
      returning o.id, o.subscription_id, o.attempt_count)
    select id, subscription_id, attempt_count, false as failed from woken
    union all select id, subscription_id, attempt_count, true from failed`,
};

/** $1 deliveries. Served by the primary key. */
export const GIVE_BACK: Statement = {
  name: 'give_back',
  text: `update open_deliveries set next_attempt_at = now()
    where id = any($1::uuid[]) and state = 0 and parked_at is null`,
};

/**
 * $1 deliveries, $2 attempt numbers, $3 outcomes (0 retry, 2 delivered, 3 failed), $4 status codes, $5 durations in ms,
 * $6 error codes, $7 error messages, $8 milliseconds until the retry, $9 response headers as JSON, $10 all response bodies,
 * $11 and $12 where each starts and its length. Served by the primary keys. Returns what was recorded: what is missing was
 * late.
 */
export const RECORD: Statement = {
  name: 'record',
  text: `with retried as (
      update open_deliveries o
      set state = 0,
        next_attempt_at = now() + ($8::float8[])[array_position($1::uuid[], o.id)] * interval '1 millisecond'
      where o.id = any($1::uuid[]) and o.state = 1
        and o.attempt_count = ($2::smallint[])[array_position($1::uuid[], o.id)]
        and ($3::smallint[])[array_position($1::uuid[], o.id)] = 0
      returning o.tenant_id, array_position($1::uuid[], o.id) i),
    finished as (
      delete from open_deliveries o
      where o.id = any($1::uuid[]) and o.state = 1
        and o.attempt_count = ($2::smallint[])[array_position($1::uuid[], o.id)]
        and ($3::smallint[])[array_position($1::uuid[], o.id)] <> 0
      returning o.*, array_position($1::uuid[], o.id) i),
    kept as (
      insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_status_code,
        last_error_code, last_error_message, finished_at, retry_of, created_at)
      select id, event_id, subscription_id, tenant_id, ($3::smallint[])[i], attempt_count, ($4::smallint[])[i],
        ($6::text[])[i], ($7::text[])[i], now(), retry_of, created_at
      from finished)
    insert into attempts (delivery_id, number, tenant_id, started_at, duration_ms, status_code, error_code, error_message,
      response_headers, response_body)
    select ($1::uuid[])[i], ($2::smallint[])[i], tenant_id, now() - ($5::int[])[i] * interval '1 millisecond',
      ($5::int[])[i], ($4::smallint[])[i], ($6::text[])[i], ($7::text[])[i], ($9::text[])[i],
      substring($10::bytea from ($11::int[])[i] for ($12::int[])[i])
    from (select i, tenant_id from retried union all select i, tenant_id from finished) recorded
    returning delivery_id`,
};

/**
 * The same parameters less $3 and $8, and $11 tenants: results of attempts that no longer own their delivery. The attempt may
 * have a row that says it was abandoned. Nothing else changes.
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
      response_headers = excluded.response_headers, response_body = excluded.response_body, is_late = true`,
};
