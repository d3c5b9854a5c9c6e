import { ENTRIES } from '../../src/stats/statements/merged.js';
import type { TestDatabase } from './test-database.js';

/** A number that the sums and the history do not agree on. */
export interface Disagreement {
  readonly side: 'history' | 'sums';
  readonly at: Date;
  readonly kind: number;
  readonly count: string;
}

const ALL_DELIVERIES = `(select id, event_id, subscription_id, tenant_id, created_at from deliveries
  union all select id, event_id, subscription_id, tenant_id, created_at from open_deliveries)`;

/** What the history says, row by row, written in another way than the sums are. `at` is when each was recorded. */
const RECORDED = `
  select e.accepted_at as at, d.tenant_id, d.subscription_id, e.event_type, 0 as kind, null::smallint as status_code,
    null::text as error_code, null::float8 as ms
  from events e join ${ALL_DELIVERIES} d on d.event_id = e.id and d.created_at is null
  union all
  select r.created_at, d.tenant_id, d.subscription_id, e.event_type, 0, null, null, null
  from delivery_repeats r join ${ALL_DELIVERIES} d on d.id = r.delivery_id join events e on e.id = d.event_id
  union all
  select d.finished_at, d.tenant_id, d.subscription_id, e.event_type, d.state, d.last_status_code, d.last_error_code,
    case when d.state = 2 then extract(epoch from d.finished_at) * 1000 - coalesce(extract(epoch from d.created_at) * 1000,
      ('x' || left(replace(d.id::text, '-', ''), 12))::bit(48)::bigint) end
  from deliveries d join events e on e.id = d.event_id
  union all
  select coalesce(a.recorded_at, a.started_at), a.tenant_id, d.subscription_id, e.event_type, 1, a.status_code, a.error_code, a.duration_ms
  from attempts a join ${ALL_DELIVERIES} d on d.id = a.delivery_id join events e on e.id = d.event_id`;

const COLUMNS = 'at, tenant_id, subscription_id, event_type, kind, status_code, error_code';
const NULLS = { details: '', types: 'null::uuid as subscription_id', totals: 'null::uuid as subscription_id' } as const;

const historyOf = (level: keyof typeof NULLS): string => {
  const columns = COLUMNS.replace('at,', `date_trunc('minute', at) as at,`)
    .replace('subscription_id', NULLS[level] || 'subscription_id')
    .replace('event_type', level === 'totals' ? 'null::text as event_type' : 'event_type');
  return `select ${columns}, count(*) as count, count(ms) as measured from recorded
    where at >= (select started_at from stats_progress) and at < (select closed_until from stats_progress)
    group by 1, 2, 3, 4, 5, 6, 7`;
};

/**
 * Compares all sums of minutes with the history that they should have summed up, at each level. The history must have
 * begun after the sums did.
 */
export function disagreements(database: TestDatabase): Promise<Disagreement[]> {
  return database.query<Disagreement>(
    `with recorded as materialized (${RECORDED}),
     history as (${historyOf('details')} union all ${historyOf('types')} union all ${historyOf('totals')}),
     sums as (
       select ${COLUMNS}, sum(count) as count, sum(coalesce((select sum(n) from ${ENTRIES}), 0)) as measured
       from delivery_stats where not is_hour group by ${COLUMNS})
     (select 'history' as side, * from (select * from history except select * from sums) missing)
     union all
     (select 'sums', * from (select * from sums except select * from history) added)`,
  );
}
