import { migrationDataSource } from '../../../src/shared/database/data-source.js';
import { PartitionKeeper } from '../../../src/shared/database/partition-keeper.js';
import { firstUuidAt } from '../../../src/shared/ids/uuid.js';
import { parsePublicId } from '../../../src/shared/ids/public-id.js';
import type { Bed } from '../bed.js';
import { type Measured, round, target } from '../measure.js';
import { toResult } from '../run.js';
import { type Scenario, scaled } from '../scenario.js';
import { runSingle, subscribeSingle } from './throughput.js';

const DELIVERIES = 5_000_000;
const DAYS = 30;
const DAY_MS = 86_400_000;

/** Measures the cost of a month of history: the same run on an empty database, and after five million deliveries. */
export const history: Scenario = {
  layouts: ['apart'],
  diskGb: 12,
  async run(trial): Promise<Measured> {
    const { bed } = trial;
    const { paths, ids } = await subscribeSingle(trial);
    const empty = await runSingle(trial, paths);
    const perDay = Math.ceil(scaled(trial, DELIVERIES, 3000) / DAYS);
    await makePast(
      bed,
      perDay,
      ids.map((id) => parsePublicId(id, 'sub').uuid),
    );
    const full = await runSingle(trial, paths);
    const [size] = await bed.query<{ mb: number }>(
      `select (pg_database_size(current_database()) / 1048576)::int as mb`,
    );
    const share = round((full.perSecond / empty.perSecond) * 100, 1);
    const notes = {
      'past deliveries': perDay * DAYS,
      'MB of the database': size!.mb,
      'on an empty database: deliveries/s, µs': `${Math.round(empty.perSecond)}, ${empty.cpuUs.total}`,
      ...target('>= 85 % of the throughput on an empty database', share >= 85, `${share} %`),
    };
    return toResult(trial, full, { notes });
  },
};

/**
 * Inserts deliveries evenly over each day. All were delivered at the first attempt. Their times say that they were
 * recorded then; otherwise, all of them would be summed up as the history of the minute in which the run is measured.
 * They are vacuumed, as those of a month ago have been; otherwise, that would fall into the run.
 */
async function makePast(bed: Bed, perDay: number, subscriptionIds: readonly string[]): Promise<void> {
  const midnightMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const days = Array.from({ length: DAYS }, (_, n) => midnightMs - (DAYS - n) * DAY_MS);
  const dataSource = await migrationDataSource(bed.databaseUrl).initialize();
  try {
    const keeper = new PartitionKeeper(dataSource);
    // Each run creates partitions for the previous day and for a week ahead.
    for (let n = 1; n <= DAYS; n += 7) await keeper.makeAhead(new Date(days[0]! + n * DAY_MS));
  } finally {
    await dataSource.destroy();
  }
  for (const dayMs of days) {
    for (const statement of [PAST_EVENTS, PAST_DELIVERIES, PAST_ATTEMPTS]) {
      const isDeliveries = statement === PAST_DELIVERIES;
      await bed.query(statement, [dayMs, perDay, ...(isDeliveries ? [subscriptionIds] : [])]);
    }
  }
  for (const table of ['events', 'deliveries', 'attempts']) await bed.query(`vacuum (analyze) ${table}`);
  await bed.query('checkpoint');
  const [row] = await bed.query<{ count: number }>('select count(*)::int as count from deliveries where id < $1', [
    firstUuidAt(midnightMs),
  ]);
  if (row!.count !== perDay * DAYS) throw new Error(`${row!.count} past deliveries were made of ${perDay * DAYS}`);
}

/** Row n of $2 on the day that starts at $1 ms. The ordinal in the last 20 bits tells a delivery from its event. */
const idOf = (ordinal: string): string =>
  `(lpad(to_hex($1::bigint + n * 86399000::bigint / $2::int), 12, '0') || '7' || left(md5(n::text), 3) || '8' ||
    substr(md5(n::text), 4, 10) || '${ordinal}')::uuid`;
const AT = `to_timestamp(($1::bigint + n * 86399000::bigint / $2::int) / 1000.0)`;
const ROWS = 'generate_series(1, $2::int) n';

const PAST_EVENTS = `
  insert into events (id, tenant_id, event_type, content_type, payload, accepted_at)
  select ${idOf('00000')}, 'default', 'bench.event', 'application/json', convert_to(rpad('{"n":1}', 200), 'UTF8'), ${AT}
  from ${ROWS}`;

const PAST_DELIVERIES = `
  insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_status_code, finished_at)
  select ${idOf('00001')}, ${idOf('00000')}, ($3::uuid[])[1 + n % cardinality($3::uuid[])], 'default', 2, 1, 200, ${AT}
  from ${ROWS}`;

const PAST_ATTEMPTS = `
  insert into attempts
    (delivery_id, number, tenant_id, started_at, recorded_at, duration_ms, status_code, response_headers, response_body)
  select ${idOf('00001')}, 1, 'default', ${AT}, ${AT}, 5, 200, 'content-length: 2', convert_to('ok', 'UTF8')
  from ${ROWS}`;
