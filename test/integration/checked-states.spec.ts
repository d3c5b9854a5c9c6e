import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { STATE } from '../../src/delivery/domain/delivery-state.js';
import { ClaimRepository } from '../../src/delivery/storage/claim.repository.js';
import { parseSettings } from '../../src/shared/config/settings.js';
import { migrationDataSource } from '../../src/shared/database/data-source.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { CHECKED_STATES } from '../../src/shared/database/migrations/1700000000005-checked-states.js';
import { SUBSCRIPTION_STATE } from '../../src/subscriptions/domain/subscription-state.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { migrateQuietly } from '../support/migrate-quietly.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const { pending, inFlight, ...finished } = STATE;

describe('the schema', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it.each([
    ['subscriptions', SUBSCRIPTION_STATE],
    ['open_deliveries', { pending, inFlight }],
    ['deliveries', finished],
  ])('allows rows of %s the states that the code knows, and no others', async (table, states) => {
    const [row] = await database.query<{ definition: string; validated: boolean }>(
      `select pg_get_constraintdef(oid) as definition, convalidated as validated from pg_constraint
       where conrelid = '${table}'::regclass and conname = '${table}_state'`,
    );
    expect(row!.validated).toBe(true);
    expect([...row!.definition.matchAll(/\d+/g)].map(Number)).toEqual(Object.values(states));
  });

  it('checks the states of each partition', async () => {
    const partitions = await database.query<{ name: string; checks: number }>(
      `select child.relname as name, (select count(*)::int from pg_constraint
         where conrelid = child.oid and conname = 'deliveries_state' and convalidated) as checks
       from pg_inherits join pg_class child on child.oid = inhrelid
       where inhparent = 'deliveries'::regclass and child.relkind = 'r'`,
    );
    expect(partitions.length).toBeGreaterThan(0);
    expect(partitions.filter(({ checks }) => checks !== 1)).toEqual([]);
  });
});

describe('the migration to checked states', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let rows: StoredRows;

  beforeEach(async () => {
    database = await createTestDatabase();
    rows = new StoredRows(database);
    dataSource = await migrationDataSource(database.url).initialize();
    // Only these: the statements of today need what later migrations add.
    const runner = dataSource.createQueryRunner();
    for (const Migration of CHECKED_STATES.toReversed()) {
      const migration = new Migration();
      await migration.down(runner);
      await runner.query('delete from migrations where name = $1', [migration.name]);
    }
    await runner.release();
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('lets claims through while a report reads the history for long', async () => {
    const wakeUp = await rows.delivery({ subscriptionId: await rows.subscription() });
    const settings = parseSettings(fastSettings(database));
    const hotPath = new HotPath(settings, silentLogger);
    const report = new Client({ connectionString: database.url });
    await report.connect();
    await report.query('begin; select count(*) from deliveries');
    const migrated = migrateQuietly(database.url);
    const waiting = `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like 'alter table deliveries add%'`;
    await eventually(() => database.query(waiting), { until: ({ length }) => length > 0 });

    expect(await new ClaimRepository(hotPath, settings).claim([wakeUp])).toHaveLength(1);

    await report.end();
    await migrated;
    await hotPath.onApplicationShutdown();
  });

  it('holds the lock of one table at a time', async () => {
    const held: number[] = [];
    const runner = dataSource.createQueryRunner();
    const locks = `select count(distinct relation)::int as tables from pg_locks
      where pid = pg_backend_pid() and mode = 'AccessExclusiveLock' and granted
        and relation in ('subscriptions'::regclass, 'open_deliveries'::regclass, 'deliveries'::regclass)`;
    for (const Migration of CHECKED_STATES) {
      await runner.startTransaction();
      await new Migration().up(runner);
      const [row] = (await runner.query(locks)) as { tables: number }[];
      held.push(row!.tables);
      await runner.commitTransaction();
    }
    await runner.release();
    expect(held).toEqual([1, 1, 1, 0, 0, 0]);
  });
});
