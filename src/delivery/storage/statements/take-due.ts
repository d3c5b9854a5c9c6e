import { announceFailures } from '../../../announcements/index.js';
import { statement } from '../../../shared/database/statement.js';
import { STATE } from '../../domain/delivery-state.js';
import { LEASE_PARAMETERS, leaseOf } from './fragments.js';
import { intoHistory } from './into-history.js';

/** A delivery fails when workers have died during this many of its attempts: it may be what kills them. */
const MAX_ABANDONED = 5;

/** Which due deliveries come first: those due for longest, or those that became due last. */
export type DueEnd = 'oldest' | 'newest';

const PARAMETERS = {
  limit: 'int',
  visibilitySeconds: 'float8',
  lookBackSeconds: 'float8',
  parks: 'boolean',
  ...LEASE_PARAMETERS,
} as const;

/**
 * Takes due deliveries. If one is in flight and its lease is over, its worker died: the attempt is recorded as
 * abandoned. Its start is computed from the end of its lease and the present timeout, and so is wrong if the timeout
 * has changed since. If the lease still runs, the delivery becomes due when it ends, so that none stays due before the
 * point where the next scan starts.
 *
 * Deliveries abandoned by one crash have leases that end together. From their second time on, they are scattered over
 * some seconds, so that a delivery that kills workers does not hit the same neighbours each time.
 *
 * `lookBackSeconds` limits how long a delivery may have been due; null means no limit. `parks` parks the deliveries
 * that would otherwise be woken. Returns what became of each delivery.
 *
 * Failures are so rare here that all of them are announced, whether or not somebody asks.
 */
const takeDueFrom = (end: DueEnd) =>
  statement({
    name: `take_due_${end}`,
    servedBy: ['open_deliveries_due', 'open_deliveries_pkey', 'subscriptions_pkey'],
    parameters: PARAMETERS,
    text: (p) => `with picked as (
      select id, subscription_id, tenant_id, state, attempt_count, abandoned_count, lease_until,
        state = ${STATE.inFlight} and lease_until > now() as is_held
      from open_deliveries
      where next_attempt_at <= now() and next_attempt_at > case when ${p.lookBackSeconds} is null then '-infinity'
          else now() - ${p.lookBackSeconds} * interval '1 second' end
      order by next_attempt_at ${end === 'oldest' ? 'asc' : 'desc'} limit ${p.limit} for update skip locked),
    held as (
      update open_deliveries o set next_attempt_at = o.lease_until
      where o.id = any(array(select id from picked where is_held))
      returning o.id, o.subscription_id, o.tenant_id, o.attempt_count),
    abandoned as (
      insert into attempts (delivery_id, number, tenant_id, started_at, error_code, error_message)
      select id, attempt_count, tenant_id, lease_until - ${leaseOf('picked.subscription_id', p)}, 'abandoned',
        'the worker stopped before it recorded an outcome; the receiver may have got this attempt'
      from picked where state = ${STATE.inFlight} and not is_held
      on conflict do nothing),
    failed as (
      delete from open_deliveries o
      where o.id = any(array(select id from picked
        where state = ${STATE.inFlight} and not is_held and abandoned_count + 1 >= ${MAX_ABANDONED}))
      returning o.*),
    kept as (
      ${intoHistory({
        from: 'failed',
        state: STATE.failed,
        errorCode: `'abandoned'`,
        errorMessage: `'workers stopped during ${MAX_ABANDONED} of its attempts, so it is not tried again; their logs say why'`,
      })}),
    announced as (${announceFailures('failed')}),
    scattered as (
      update open_deliveries o
      set state = ${STATE.pending}, abandoned_count = o.abandoned_count + 1,
        next_attempt_at = now() + random() * power(2, o.abandoned_count + 2) * interval '1 second'
      where o.id = any(array(select id from picked where state = ${STATE.inFlight} and not is_held
        and abandoned_count > 0 and abandoned_count + 1 < ${MAX_ABANDONED}))
      returning o.id, o.subscription_id, o.tenant_id, o.attempt_count),
    woken as (
      update open_deliveries o
      set state = ${STATE.pending},
        abandoned_count = o.abandoned_count + case when o.state = ${STATE.inFlight} then 1 else 0 end,
        parked_at = case when ${p.parks} then now() end,
        next_attempt_at = case when ${p.parks} then 'infinity'
          else now() + ${p.visibilitySeconds} * interval '1 second' end
      where o.id = any(array(select id from picked
        where state = ${STATE.pending} or not is_held and abandoned_count = 0))
      returning o.id, o.subscription_id, o.tenant_id, o.attempt_count)
    select id, subscription_id, tenant_id, attempt_count, 'woken' as became from woken
    union all select id, subscription_id, tenant_id, attempt_count, 'failed' from failed
    union all select id, subscription_id, tenant_id, attempt_count, 'held' from held
    union all select id, subscription_id, tenant_id, attempt_count, 'scattered' from scattered`,
  });

export const TAKE_DUE = { oldest: takeDueFrom('oldest'), newest: takeDueFrom('newest') } as const;
