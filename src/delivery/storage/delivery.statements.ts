import { LRUCache } from 'lru-cache';
import type { Statement } from '../../shared/database/hot-path.js';

/**
 * The statements of the delivery path. None joins `open_deliveries`: its rows are found by `= any(array)`, and other
 * tables by scalar sub-selects, so that there is no join for the planner to turn round while the table grows. States: 0
 * pending, 1 in flight, 2 delivered, 3 failed, 4 cancelled; subscriptions 0 active, 1 paused, 2 disabled, 3 deleted.
 *
 * What belongs to a delivery stands in other arrays at the place of its id. `width_bucket` finds that place in a sorted
 * array by halving; `array_position` would look through half of the array for each row, which was a good part of a
 * large group's cost. So ids are sorted wherever a statement asks for places.
 */

/** Which version of its row a subscription is at: whoever has read that one need not read it again. */
const VERSION = '(select s.xmin::text from subscriptions s where s.id = c.subscription_id) as version';

const LEASE = `now() + (coalesce((select s.timeout_ms from subscriptions s where s.id = o.subscription_id), $3::float8)
        + $4::float8) * interval '1 millisecond'`;

/** Beyond any retention: what a wake-up says of its event's day is not known to be true. */
const MAX_PARTITIONS = 1000;

/** One statement a partition of events: reading through the partitioned parent costs a quarter of a whole delivery. */
function perPartition(name: string, text: (partition: string) => string): (partition: string) => Statement {
  const statements = new LRUCache<string, Statement>({ max: MAX_PARTITIONS });
  return (partition) => {
    const known = statements.get(partition) ?? {
      name: `${name}_${partition}`,
      text: text(partition),
      isOfOneDay: true,
    };
    statements.set(partition, known);
    return known;
  };
}

/**
 * $1 deliveries, sorted, $2 the attempt counts that their wake-ups named, $3 default timeout and $4 grace of the lease
 * in ms. Served by the primary key. No indexed column changes, so the update is HOT. Returns the claimed deliveries,
 * and then their events, each once: of an event with many subscribers the payload travels once a batch.
 */
export const claim = perPartition(
  'claim',
  (partition) => `with claimed as (
      update open_deliveries o
      set state = 1, attempt_count = o.attempt_count + 1, lease_until = ${LEASE}
      where o.id = any($1::uuid[]) and o.attempt_count = ($2::smallint[])[width_bucket(o.id, $1::uuid[])]
        and o.state = 0 and o.parked_at is null
        and (select s.state from subscriptions s where s.id = o.subscription_id) = 0
      returning o.id, o.event_id, o.subscription_id, o.tenant_id, o.attempt_count, o.abandoned_count)
    select c.id, c.subscription_id, c.tenant_id, c.attempt_count, c.abandoned_count, ${VERSION},
      null::text as event_type, null::text as content_type, null::bytea as payload
    from claimed c
    union all
    select e.id, null, null, null, null, null, e.event_type, e.content_type, e.payload
    from ${partition} e where e.id = any(array(select event_id from claimed))`,
);

/** $1 events. Served by the primary key of the partition. */
export const readEvents = perPartition(
  'read_events',
  (partition) => `select id, event_type, content_type, payload from ${partition} where id = any($1::uuid[])`,
);

/**
 * $1 subscriptions. Served by the primary key. One that is deleted has no secrets any more, so that nothing can be
 * signed.
 */
export const READ_SUBSCRIPTIONS: Statement = {
  name: 'read_subscriptions',
  text: `select id, xmin::text as version, target_url, secrets, headers, auth, max_attempts, initial_interval_ms,
      max_interval_ms, timeout_ms, max_in_flight
    from subscriptions where id = any($1::uuid[]) and deleted_at is null`,
};

/**
 * Whether a delivery waits just as the wake-up knows it, $1 deliveries, sorted, and $2 the attempt counts that their
 * wake-ups named: one that has been attempted since may wait for its retry, which a late wake-up must not cut short.
 */
const WAITS_AS_KNOWN = `o.id = any($1::uuid[]) and o.state = 0 and o.parked_at is null
      and o.attempt_count = ($2::smallint[])[width_bucket(o.id, $1::uuid[])]`;

/** $1 deliveries, $2 their attempt counts. Served by the primary key. */
export const PARK: Statement = {
  name: 'park',
  text: `update open_deliveries o set parked_at = now(), next_attempt_at = 'infinity'
    where ${WAITS_AS_KNOWN}`,
};

/** What was taken out of the open table because its subscription is deleted becomes history. Returns its ids. */
const KEEP_GONE = `insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_error_code,
      last_error_message, finished_at, retry_of, created_at)
    select id, event_id, subscription_id, tenant_id, 4, attempt_count, 'subscription_gone',
      'The subscription was deleted', now(), retry_of, created_at from gone
    returning id`;

/** $1 deliveries, $2 their attempt counts. Served by the primary key. Returns what was cancelled. */
export const SETTLE_UNCLAIMED: Statement = {
  name: 'settle_unclaimed',
  text: `with held as (
      update open_deliveries o set parked_at = now(), next_attempt_at = 'infinity'
      where ${WAITS_AS_KNOWN}
        and (select s.state from subscriptions s where s.id = o.subscription_id) in (1, 2)),
    gone as (
      delete from open_deliveries o
      where o.id = any($1::uuid[]) and o.state = 0
        and (select s.state from subscriptions s where s.id = o.subscription_id) = 3
      returning o.*)
    ${KEEP_GONE}`,
};

/**
 * $1 subscriptions, $2 free slots of each, $3 default timeout and $4 grace of the lease in ms, $5 visibility in
 * seconds. Served by open_deliveries_parked: only it gives the order.
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
      returning o.id, o.subscription_id, o.tenant_id, o.attempt_count, o.abandoned_count)
    select c.*, ${VERSION} from claimed c`,
};

/**
 * $1 the subscription after which to begin, null for the first, $2 limit. A skip scan over open_deliveries_parked: one
 * step for each subscription, in the order of their ids.
 */
export const SUBSCRIPTIONS_WITH_PARKED: Statement = {
  name: 'subscriptions_with_parked',
  text: `with recursive lane as (
      (select subscription_id from open_deliveries
       where parked_at is not null and subscription_id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
       order by subscription_id limit 1)
      union all
      select (select o.subscription_id from open_deliveries o
              where o.parked_at is not null and o.subscription_id > lane.subscription_id
              order by o.subscription_id limit 1)
      from lane where lane.subscription_id is not null)
    select subscription_id, (select s.tenant_id from subscriptions s where s.id = lane.subscription_id) as tenant_id,
      case (select s.state from subscriptions s where s.id = lane.subscription_id)
        when 0 then 'active' when 3 then 'deleted' end as state
    from lane where subscription_id is not null limit $2`,
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

/** Where a look at what is due begins: with what has been due for longest, or with what became due last. */
export type DueEnd = 'oldest' | 'newest';

/**
 * $1 limit, $2 visibility in seconds, $3 how far back to look in seconds, null for all the way, $4 whether to park what
 * would be woken. Served by open_deliveries_due, from either end. In flight past its lease: the worker is gone, the
 * attempt gets its row here. In flight within its lease: it is due again when that ends, so that nothing due is ever
 * left behind where the next look begins. What one crash cut short has leases that end together; from the second time
 * on it is scattered over some seconds, so that one that ends workers does not take the same neighbours along each
 * time. Returns what became of each.
 */
const takeDueFrom = (end: DueEnd): Statement => ({
  name: `take_due_${end}`,
  text: `with picked as (
      select id, tenant_id, state, attempt_count, abandoned_count, lease_until, state = 1 and lease_until > now() as is_held
      from open_deliveries
      where next_attempt_at <= now() and next_attempt_at >
        case when $3::float8 is null then '-infinity' else now() - $3::float8 * interval '1 second' end
      order by next_attempt_at ${end === 'oldest' ? 'asc' : 'desc'} limit $1 for update skip locked),
    held as (
      update open_deliveries o set next_attempt_at = o.lease_until
      where o.id = any(array(select id from picked where is_held))
      returning o.id, o.subscription_id, o.tenant_id, o.attempt_count),
    abandoned as (
      insert into attempts (delivery_id, number, tenant_id, started_at, error_code, error_message)
      select id, attempt_count, tenant_id, lease_until, 'abandoned', 'The worker stopped before it recorded an outcome'
      from picked where state = 1 and not is_held
      on conflict do nothing),
    failed as (
      delete from open_deliveries o
      where o.id = any(array(
        select id from picked where state = 1 and not is_held and abandoned_count + 1 >= ${MAX_ABANDONED}))
      returning o.*),
    kept as (
      insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_error_code,
        last_error_message, finished_at, retry_of, created_at)
      select id, event_id, subscription_id, tenant_id, 3, attempt_count, 'abandoned',
        'Its attempts were cut short ${MAX_ABANDONED} times', now(), retry_of, created_at from failed),
    scattered as (
      update open_deliveries o
      set state = 0, abandoned_count = o.abandoned_count + 1,
        next_attempt_at = now() + random() * power(2, o.abandoned_count + 2) * interval '1 second'
      where o.id = any(array(select id from picked
        where state = 1 and not is_held and abandoned_count > 0 and abandoned_count + 1 < ${MAX_ABANDONED}))
      returning o.id, o.subscription_id, o.tenant_id, o.attempt_count),
    woken as (
      update open_deliveries o
      set state = 0, abandoned_count = o.abandoned_count + o.state, parked_at = case when $4::boolean then now() end,
        next_attempt_at = case when $4 then 'infinity' else now() + $2::float8 * interval '1 second' end
      where o.id = any(array(select id from picked where state = 0 or not is_held and abandoned_count = 0))
      returning o.id, o.subscription_id, o.tenant_id, o.attempt_count)
    select id, subscription_id, tenant_id, attempt_count, 'woken' as became from woken
    union all select id, subscription_id, tenant_id, attempt_count, 'failed' from failed
    union all select id, subscription_id, tenant_id, attempt_count, 'held' from held
    union all select id, subscription_id, tenant_id, attempt_count, 'scattered' from scattered`,
});
export const TAKE_DUE: Readonly<Record<DueEnd, Statement>> = {
  oldest: takeDueFrom('oldest'),
  newest: takeDueFrom('newest'),
};

/**
 * $1 the id before the first one, $2 the last, $3 limit: first deliveries that nobody has taken. Served by the primary
 * key.
 */
export const LIST_FIRST: Statement = {
  name: 'list_first',
  text: `select id, subscription_id from open_deliveries
    where id > $1 and id <= $2 and state = 0 and attempt_count = 0 and parked_at is null and retry_of is null
    order by id limit $3`,
};

/** $1 deliveries. Served by the primary key. */
export const MAKE_DUE: Statement = {
  name: 'make_due',
  text: `update open_deliveries set next_attempt_at = now()
    where id = any($1::uuid[]) and state = 0 and attempt_count = 0 and parked_at is null`,
};

/** $1 deliveries, $2 their attempt counts. Served by the primary key. */
export const GIVE_BACK: Statement = {
  name: 'give_back',
  text: `update open_deliveries o set next_attempt_at = now()
    where ${WAITS_AS_KNOWN}`,
};
