import { migrationDataSource } from '../../../src/shared/database/data-source.js';
import { PartitionKeeper } from '../../../src/shared/database/partition-keeper.js';
import { msOfId } from '../../../src/shared/ids/hour-of-id.js';
import { firstUuidAt } from '../../../src/shared/ids/uuid.js';
import type { Bed } from '../bed.js';

const DAYS = 30;
const DAY_MS = 86_400_000;
const DELIVERIES_EACH = 2;
/** Days, counted back from today, whose events have one more delivery that is unfinished. */
const OPEN_DAYS = 6;
const TENANTS = 1000;

export interface SearchPast {
  readonly deliveries: number;
  readonly open: number;
  readonly fromMs: number;
  readonly databaseMb: number;
  /** What tags and idempotency keys end with, for the large tenant and for others. */
  readonly labels: Readonly<Record<'large' | 'small', readonly string[]>>;
}

/** Subscription k of tenant n: the large tenant, 0, has a thousand of them, the others five each. */
export function subscriptionUuid(tenant: number, k: number): string {
  return `00000000-0000-7000-8000-${(tenant * 1000 + k).toString(16).padStart(12, '0')}`;
}

const FILLED = ['events', 'event_tags', 'deliveries', 'attempts', 'open_deliveries', 'subscriptions', 'tenants'];

/** Makes thirty days of history by SQL, the last of which ends now. */
export async function makeSearchPast(
  bed: Bed,
  wanted: { readonly deliveries: number; readonly open: number },
): Promise<SearchPast> {
  const nowMs = Date.now();
  const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const fromMs = todayMs - (DAYS - 1) * DAY_MS;
  await withKeeper(bed, async (keeper) => {
    // Each run creates partitions for the previous day and for a week ahead.
    for (let n = 1; n <= DAYS; n += 7) await keeper.makeAhead(new Date(fromMs + n * DAY_MS));
  });
  await bed.query(TENANT_ROWS, [TENANTS - 1]);
  await bed.query(SUBSCRIPTION_ROWS, [TENANTS - 1]);
  const perDay = Math.ceil(wanted.deliveries / DAYS / DELIVERIES_EACH);
  const share = Math.min(1, wanted.open / (perDay * OPEN_DAYS));
  for (let dayMs = fromMs; dayMs <= todayMs; dayMs += DAY_MS) {
    const range = [firstUuidAt(dayMs), firstUuidAt(dayMs + DAY_MS)];
    await bed.query(EVENTS, [dayMs, perDay, Math.min(DAY_MS, nowMs - dayMs) - 1]);
    await bed.query(TAGS, range);
    await bed.query(DELIVERIES, range);
    if (dayMs <= todayMs - OPEN_DAYS * DAY_MS) continue;
    await bed.query(OPEN, [...range, Math.round(share * 1000)]);
    await bed.query(LAST_ATTEMPTS, range);
  }
  // As autovacuum would have done while the rows came in.
  for (const table of FILLED) await bed.query(`vacuum (analyze) ${table}`);
  // As the service does every hour.
  await withKeeper(bed, (keeper) => keeper.completeIndexes(new Date(nowMs)));
  await bed.query('checkpoint');
  const [counts] = await bed.query<{ deliveries: number; open: number; mb: number }>(COUNTS);
  const labels = async (condition: string): Promise<string[]> => {
    const rows = await bed.query<{ label: string }>(
      `select substr(tag, 7) as label from event_tags where tenant_id ${condition} order by event_id desc limit 20`,
    );
    return rows.map(({ label }) => label);
  };
  return {
    deliveries: counts!.deliveries,
    open: counts!.open,
    fromMs,
    databaseMb: counts!.mb,
    labels: { large: await labels(`= 't0'`), small: await labels(`<> 't0'`) },
  };
}

async function withKeeper(bed: Bed, work: (keeper: PartitionKeeper) => Promise<void>): Promise<void> {
  const dataSource = await migrationDataSource(bed.databaseUrl).initialize();
  try {
    await work(new PartitionKeeper(dataSource));
  } finally {
    await dataSource.destroy();
  }
}

const TENANT_ROWS = `insert into tenants (id) select 't' || n from generate_series(0, $1::int) n`;

const subscriptionOf = (tenant: string, k: string): string =>
  `('00000000-0000-7000-8000-' || lpad(to_hex(${tenant} * 1000 + ${k}), 12, '0'))::uuid`;

/** Paused, so that no worker sends what is unfinished. */
const SUBSCRIPTION_ROWS = `
  insert into subscriptions (id, tenant_id, target_url, event_types, secrets, state, created_at, updated_at)
  select ${subscriptionOf('n', 'k')}, 't' || n, 'https://host' || k % 50 || '.example/hooks/' || k, '{*}', '[]', 1, now(), now()
  from generate_series(0, $1::int) n, lateral generate_series(0, case when n = 0 then 999 else 4 end) k`;

/**
 * Row n of $2 on the day that starts at $1 ms and lasts for $3 ms. Every second event is of the large tenant. All rows
 * say that they were recorded then; otherwise, they would be summed up while the searches are measured.
 */
const EVENTS = `
  insert into events (id, tenant_id, event_type, content_type, payload, delivery_count, idempotency_key, tags,
    accepted_at)
  select (lpad(to_hex($1::bigint + n * $3::bigint / $2::int), 12, '0') || '7' || left(hash, 3) || '8' ||
      substr(hash, 4, 10) || '00000')::uuid,
    't' || case when n % 2 = 0 then 0 else 1 + abs(hashint4(n)) % ${TENANTS - 1} end,
    case when n % 997 = 0 then 'rare.event' else 'order.type' || abs(hashint4(n + 1)) % 20 end,
    'application/json', convert_to(rpad('{"n":1}', 200), 'UTF8'),
    case when n % 503 = 0 then 0 else ${DELIVERIES_EACH} end,
    case when n % 20 < 2 then 'key-' || $1::bigint / 86400000 || '-' || n end,
    case when n % 20 < 2 then array['order-' || $1::bigint / 86400000 || '-' || n] end,
    to_timestamp(($1::bigint + n * $3::bigint / $2::int) / 1000.0)
  from generate_series(1, $2::int) n, lateral (select md5($1::text || n) as hash) hashed`;

const TAGS = `
  insert into event_tags (tenant_id, tag, event_id)
  select tenant_id, unnest(tags), id from events where id >= $1::uuid and id < $2::uuid and tags is not null`;

/**
 * Columns that the deliveries of an event have in common, and a number from 0 to 999 that decides what becomes of each.
 */
const ordinal = (n: string): string => `(left(e.id::text, 31) || lpad(${n}::text, 5, '0'))::uuid`;
const chance = (n: string): string => `abs(hashtext(e.id::text || ${n})) % 1000`;
const SUBSCRIPTION = subscriptionOf(
  'substr(e.tenant_id, 2)::int',
  `case when e.tenant_id = 't0' then greatest(0, chance - 200) * 5 / 4 else chance % 5 end`,
);

const DELIVERIES = `
  insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_status_code,
    last_error_code, finished_at)
  select ${ordinal('k')}, e.id, ${SUBSCRIPTION}, e.tenant_id,
    case when outcome < 20 then 3 when outcome < 25 then 4 else 2 end, 1,
    case when outcome >= 25 then 200 when outcome < 8 then 503 when outcome < 14 then 404 end,
    case when outcome < 14 then 'bad_status' when outcome < 20 then 'timeout' when outcome < 25 then 'cancelled' end,
    e.accepted_at
  from events e, generate_series(1, ${DELIVERIES_EACH}) k,
    lateral (select ${chance('k::text')} as chance, ${chance(`'outcome' || k`)} as outcome) drawn
  where e.id >= $1::uuid and e.id < $2::uuid and e.delivery_count > 0`;

/** $3 of 1000 events have an unfinished delivery, which is never due. */
const OPEN = `
  insert into open_deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, next_attempt_at)
  select ${ordinal('3')}, e.id, ${SUBSCRIPTION}, e.tenant_id,
    case when chance % 10 = 1 then 1 else 0 end, case when chance % 10 < 2 then 1 else 0 end, 'infinity'
  from events e, lateral (select ${chance(`'open'`)} as chance) drawn
  where e.id >= $1::uuid and e.id < $2::uuid and e.delivery_count > 0 and ${chance(`'any'`)} < $3::int`;

const LAST_ATTEMPTS = `
  insert into attempts (delivery_id, number, tenant_id, started_at, recorded_at, duration_ms, status_code, error_code)
  select id, 1, tenant_id, at, at, 5, 503, 'bad_status'
  from open_deliveries, lateral (select to_timestamp(${msOfId('id')} / 1000.0) as at) made
  where id >= $1::uuid and id < $2::uuid and attempt_count > 0`;

const COUNTS = `select (select count(*)::int from deliveries) as deliveries,
  (select count(*)::int from open_deliveries) as open, (pg_database_size(current_database()) / 1048576)::int as mb`;
