import { STATE, WAITING } from '../../delivery/index.js';
import { ENTRIES, JOINED, MERGED } from '../statements/merged.js';
import { KEY, type Part, sumsOf } from '../statements/sums.js';

const COLUMNS = 'at, is_hour, tenant_id, subscription_id, event_type, kind, status_code, error_code, count, durations';

const SAMPLED = 'at, is_hour, tenant_id, subscription_id, waiting, parked, oldest_due_at';

/** Everything that was recorded from $1 on and before $2. */
const MINUTES: Part = {
  scope: '',
  accepted: 'accepted_at >= $1 and accepted_at < $2',
  finished: 'finished_at >= $1 and finished_at < $2',
  recorded: 'recorded_at >= $1 and recorded_at < $2',
  repeated: 'created_at >= $1 and created_at < $2',
  unit: 'minute',
};

const IDS = (id: string): string => `${id} >= $2 and ${id} < $3`;

/** Everything about events with ids from $2 on and below $3 that was recorded before $1. Old rows have no such time. */
const EARLIER: Part = {
  scope: '',
  accepted: `${IDS('id')} and coalesce(accepted_at < $1, true)`,
  finished: `${IDS('id')} and finished_at < $1`,
  recorded: `${IDS('delivery_id')} and coalesce(recorded_at < $1, true)`,
  repeated: `${IDS('delivery_id')} and created_at < $1`,
  unit: 'hour',
};

/** Adds what a part has to the sums. @param former SQL for sums that are merged with those of the part */
function sumUp(part: Part, former: string): string {
  return `with ${sumsOf(part)},
    balanced as (
      insert into ledger_hours (tenant_id, hour, accepted, delivered, failed, cancelled)
      select tenant_id, ms / 3600000, sum(accepted), sum(delivered), sum(failed), sum(cancelled)
      from (
        select tenant_id, ms, delivery_count as accepted, 0 as delivered, 0 as failed, 0 as cancelled from accepted_rows
        union all
        select tenant_id, ms, 1, 0, 0, 0 from repeated_rows
        union all
        select tenant_id, ms, 0, (state = ${STATE.delivered})::int, (state = ${STATE.failed})::int, (state = ${STATE.cancelled})::int from owned where state is not null) counts
      group by 1, 2
      on conflict (tenant_id, hour) do update set accepted = ledger_hours.accepted + excluded.accepted,
        delivered = ledger_hours.delivered + excluded.delivered, failed = ledger_hours.failed + excluded.failed,
        cancelled = ledger_hours.cancelled + excluded.cancelled),
    former as (${former})
    insert into delivery_stats (${COLUMNS})
    select at, ${part.unit === 'hour'}, tenant_id, subscription_id, event_type, kind, status_code, error_code, ${JOINED}
    from (select ${KEY}, count, durations from sums union all select ${KEY}, count, durations from former) joined
    group by ${KEY}`;
}

/** A minute may be summed up in several parts. Its row then has all of them. */
export const SUM_MINUTES = sumUp(
  MINUTES,
  `delete from delivery_stats where at >= date_trunc('minute', $1::timestamptz) and at < $2 and not is_hour returning *`,
);
export const SUM_EARLIER_HOUR = sumUp(EARLIER, 'select * from delivery_stats where false');

/**
 * Whether every transaction that could still record something before $2 has ended. Such a transaction had written
 * before the fence, and still holds its transaction id; or it belongs to the service, began before $2, and has written
 * nothing yet. Transactions of other databases, and those that only read, don't count.
 *
 * $1 is the id of the transaction that set the fence.
 */
export const IS_CLOSED = `select not exists (
      select from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted and l.pid <> pg_backend_pid()
        and a.datname = current_database() and age(l.transactionid) > age($1::xid8::xid))
    and not exists (
      select from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and xact_start < $2
        and application_name in ('webhooks-api', 'webhooks-delivery')) as is_closed`;

/** $1 is the minute of the sample. */
export const SAMPLE = `insert into waiting_samples (${SAMPLED})
  select $1::timestamptz, false, tenant_id, subscription_id, waiting, parked, oldest_due_at from (${WAITING}) sampled`;

/** Replaces the minutes from $1 on and before $2, which is one hour, by that hour. */
export const FOLD_HOUR = `with folded as (
    delete from delivery_stats where at >= $1 and at < $2 and not is_hour returning *)
  insert into delivery_stats (${COLUMNS})
  select $1::timestamptz, true, tenant_id, subscription_id, event_type, kind, status_code, error_code,
    ${MERGED}
  from (
    select tenant_id, subscription_id, event_type, kind, status_code, error_code, null::smallint as bucket,
      sum(count) as n
    from folded group by 1, 2, 3, 4, 5, 6
    union all
    select tenant_id, subscription_id, event_type, kind, status_code, error_code, bucket, sum(n)
    from folded, ${ENTRIES} group by 1, 2, 3, 4, 5, 6, 7) parts
  group by tenant_id, subscription_id, event_type, kind, status_code, error_code`;

/** As FOLD_HOUR, for the samples of what waits: the hour has the most of its minutes. */
export const FOLD_SAMPLES = `with folded as (
    delete from waiting_samples where at >= $1 and at < $2 and not is_hour returning *)
  insert into waiting_samples (${SAMPLED})
  select $1::timestamptz, true, tenant_id, subscription_id, max(waiting), max(parked), min(oldest_due_at) from folded
  group by tenant_id, subscription_id`;

/** Remove what is older than the history: $1 is the first time that is kept. */
export const FORGET = [
  'delete from delivery_stats where at < $1',
  'delete from waiting_samples where at < $1',
  'delete from ledger_hours where hour < extract(epoch from $1::timestamptz) / 3600',
];
