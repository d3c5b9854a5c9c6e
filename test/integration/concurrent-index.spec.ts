import { Client } from 'pg';
import { migrationDataSource } from '../../src/shared/database/data-source.js';
import { concurrentIndex } from '../../src/shared/database/migrations/concurrent-index.js';
import { partitionName, PartitionKeeper } from '../../src/shared/database/partition-keeper.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { eventually } from '../support/eventually.js';
import { StoredRows } from '../support/stored-rows.js';

const DAY_MS = 86_400_000;
const BY_TYPE = concurrentIndex('ByContentType0000000000001', {
  name: 'events_content_type',
  on: 'events (content_type) where delivery_count > 0',
});

describe('a migration that builds an index of a partitioned table, on real PostgreSQL', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });

  afterEach(() => database.drop());

  const run = async (direction: 'up' | 'down'): Promise<void> => {
    const dataSource = await migrationDataSource(database.url).initialize();
    const runner = dataSource.createQueryRunner();
    try {
      await new BY_TYPE()[direction](runner);
    } finally {
      await runner.release();
      await dataSource.destroy();
    }
  };

  /** Partitions without a valid part of the index, and whether the index of the whole table is valid. */
  const state = async (): Promise<{ missing: string[]; isValid: boolean | undefined }> => {
    const missing = await database.query<{ name: string }>(
      `select child.relname as name from pg_inherits part join pg_class child on child.oid = part.inhrelid
       where part.inhparent = 'events'::regclass and not exists (
         select from pg_inherits has join pg_index own on own.indexrelid = has.inhrelid
         where has.inhparent = to_regclass('events_content_type') and own.indrelid = child.oid and own.indisvalid)`,
    );
    const [whole] = await database.query<{ is_valid: boolean }>(
      `select indisvalid as is_valid from pg_index where indexrelid = to_regclass('events_content_type')`,
    );
    return { missing: missing.map(({ name }) => name), isValid: whole?.is_valid };
  };

  it('gives every partition its part, and each later partition, too', async () => {
    await new StoredRows(database).deliveries(10, { subscriptionId: '00000000-0000-7000-8000-000000000001' });

    await run('up');
    expect(await state()).toEqual({ missing: [], isValid: true });
    const dataSource = await migrationDataSource(database.url).initialize();
    await new PartitionKeeper(dataSource).makeDay(Math.floor(Date.now() / DAY_MS + 40) * DAY_MS);
    await dataSource.destroy();

    expect(await state()).toEqual({ missing: [], isValid: true });
  });

  it('finishes what it could not finish before: a part that is invalid, and one that is not attached', async () => {
    const today = partitionName('events', Date.now());
    const day = today.slice(-8);
    const other = partitionName('events', Date.now() + DAY_MS);
    await database.query(`create index events_content_type on only events (content_type) where delivery_count > 0`);
    await database.query(`create index events_content_type_${day} on ${today} (content_type) where delivery_count > 0`);
    const part = `events_content_type_${other.slice(-8)}`;
    await database.query(`create index ${part} on ${other} (content_type) where delivery_count > 0`);
    await database.query(`update pg_index set indisvalid = false where indexrelid = '${part}'::regclass`);

    await run('up');

    expect(await state()).toEqual({ missing: [], isValid: true });
    await run('down');
    expect((await state()).isValid).toBeUndefined();
  });

  it('lets events in while it builds', async () => {
    // A reader with an old snapshot, for whose end building concurrently waits, while writers go on.
    const reader = new Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('begin isolation level repeatable read');
    await reader.query('select 1 from events limit 1');
    const building = run('up');
    await waitUntilBuilding();

    await new StoredRows(database).deliveries(3, { subscriptionId: '00000000-0000-7000-8000-000000000001' });

    await reader.query('commit');
    await building;
    expect(await state()).toEqual({ missing: [], isValid: true });
    await reader.end();
  });

  const waitUntilBuilding = async (): Promise<void> => {
    await eventually(
      () =>
        database.query(`select 1 from pg_stat_activity where query like 'create index concurrently%' and wait_event_type = 'Lock'`), // prettier-ignore
      { until: ({ length }) => length > 0 },
    );
  };
});
