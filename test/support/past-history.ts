import type { TestDatabase } from './test-database.js';

export interface PastGiven {
  readonly events: number;
  readonly tenants?: readonly string[];
  /** SQL of the time at which event n was accepted. */
  readonly acceptedAt: string;
  /** Whether the rows are of the version that stored no such times. */
  readonly isOld?: boolean;
}

/**
 * Stores events with two deliveries each, to two of three subscriptions: most are delivered at once, others at the
 * third attempt, failed, cancelled, open, or repeated by hand. All times lie within half a minute after acceptance.
 */
export async function storePast(database: TestDatabase, given: PastGiven): Promise<void> {
  const { events, tenants = ['default'], acceptedAt, isOld = false } = given;
  const recorded = (time: string): string => (isOld ? 'null' : time);
  await database.query(
    `do $do$ begin
      create temp table made as
        select n, ${acceptedAt} as at,
          (lpad(to_hex((extract(epoch from (${acceptedAt})) * 1000)::bigint), 12, '0') || '7'
            || left(md5(n::text || (${acceptedAt})::text), 3) || '8'
            || substr(md5(n::text || (${acceptedAt})::text), 4, 10) || '00000')::uuid as id,
          ('{${tenants.join(',')}}'::text[])[1 + n % ${tenants.length}] as tenant_id,
          ('{order.created,order.paid,user.deleted}'::text[])[1 + n % 3] as event_type
        from generate_series(1, ${events}) n;
      insert into events (id, tenant_id, event_type, content_type, payload, delivery_count, accepted_at)
        select id, tenant_id, event_type, 'application/json', '{}', 2, ${recorded('at')} from made;
      create temp table wanted as
        select m.*, i, (left(id::text, 31) || lpad(to_hex(i), 5, '0'))::uuid as delivery_id,
          ('00000000-0000-7000-8000-00000000000' || (n + i) % 3)::uuid as subscription_id, (n * 2 + i) % 10 as fate
        from made m, generate_series(1, 2) i;
      insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_status_code,
          last_error_code, finished_at)
        select delivery_id, id, subscription_id, tenant_id, case when fate < 7 then 2 when fate = 7 then 3 else 4 end,
          case when fate < 6 then 1 when fate < 8 then 3 else 0 end,
          case when fate < 7 then 200 when fate = 7 then 503 end,
          case when fate = 7 then 'bad_status' when fate = 8 then 'cancelled' end,
          at + fate * interval '1.5 second' + n % 97 * interval '1 millisecond'
        from wanted where fate < 9;
      insert into open_deliveries (id, event_id, subscription_id, tenant_id, next_attempt_at)
        select delivery_id, id, subscription_id, tenant_id, 'infinity' from wanted where fate = 9;
      insert into attempts (delivery_id, number, tenant_id, started_at, duration_ms, status_code, error_code,
          recorded_at)
        select delivery_id, number, tenant_id, at + number * interval '2 second',
          case when number = 2 then null else n % 500 end,
          case when number = 2 then null when fate = 7 or number < 3 and fate >= 6 then 503 else 200 end,
          case when number = 2 then 'abandoned' when fate = 7 or number < 3 and fate >= 6 then 'bad_status' end,
          ${recorded(`at + number * interval '2.5 second'`)}
        from wanted, generate_series(1, 3) number
        where number = 1 and fate < 8 or fate in (6, 7) or fate = 9 and number < 3;
      ${
        isOld
          ? ''
          : `insert into delivery_repeats (delivery_id, tenant_id, created_at)
        select (left(id::text, 31) || '8000' || i)::uuid, tenant_id, at + interval '20 second' from wanted where fate = 7;
      insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_status_code,
          finished_at, retry_of, created_at)
        select (left(id::text, 31) || '8000' || i)::uuid, id, subscription_id, tenant_id, 2, 1, 204,
          at + interval '21 second', delivery_id, at + interval '20 second'
        from wanted where fate = 7;`
      }
      drop table made, wanted;
    end $do$`,
  );
}
