import type { DataSource } from 'typeorm';
import { migrationDataSource } from '../../src/shared/database/data-source.js';
import { MIGRATIONS } from '../../src/shared/database/migrations/index.js';
import { StoredRows } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Migrations before those of the sums. */
const FORMER = MIGRATIONS.findIndex(({ name }) => name === 'DeliveryStats1700000000040');

describe('the migrations to recorded times, on real PostgreSQL with stored history', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await migrationDataSource(database.url).initialize();
    for (let left = MIGRATIONS.length; left > FORMER; left -= 1) await dataSource.undoLastMigration();
    const rows = new StoredRows(database);
    await rows.deliveries(3, { subscriptionId: await rows.subscription() });
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('give times only to rows that are recorded from then on, also by the previous version', async () => {
    await dataSource.runMigrations({ transaction: 'each' });
    await database.query(
      `insert into events (id, tenant_id, event_type, content_type, payload)
       select (left(id::text, 23) || '-000000000000')::uuid, 'default', 'new', 'text/plain', '' from events limit 1`,
    );

    const counts = await database.query(
      `select event_type, count(*)::int as count, count(accepted_at)::int as timed from events group by 1 order by 1`,
    );
    expect(counts).toEqual([
      { event_type: 'new', count: 1, timed: 1 },
      { event_type: 'order.created', count: 3, timed: 0 },
    ]);
  });

  it('leave an index that is valid on each partition and on the whole table', async () => {
    const indexes = await database.query<{ count: number; valid: number }>(
      `select count(*)::int as count, count(*) filter (where indisvalid)::int as valid
       from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am on pg_am.oid = c.relam
       where amname = 'brin' or c.relname in ('events_accepted_at', 'attempts_recorded_at', 'deliveries_finished_at')`,
    );
    const [partitions] = await database.query<{ count: number }>(
      `select count(*)::int as count from pg_inherits
       where inhparent in ('events'::regclass, 'attempts'::regclass, 'deliveries'::regclass)`,
    );
    expect(indexes).toEqual([{ count: partitions!.count + 3, valid: partitions!.count + 3 }]);
  });

  it('leave the ledger of the previous version right when they are undone', async () => {
    await database.query(
      `insert into delivery_repeats (delivery_id, tenant_id)
       select (left(id::text, 31) || '8000' || n)::uuid, tenant_id from events, generate_series(1, 2) n
       where event_type = 'order.created'`,
    );
    for (let left = MIGRATIONS.length; left > FORMER; left -= 1) await dataSource.undoLastMigration();

    const counts = await database.query(
      `select distinct delivery_count from events where event_type = 'order.created'`,
    );
    expect(counts).toEqual([{ delivery_count: 3 }]);
    await dataSource.runMigrations({ transaction: 'each' });
  });

  it('make room for the manual retries of every day that is there', async () => {
    const days = (table: string) =>
      database.query(
        `select right(c.relname, 8) as day from pg_inherits join pg_class c on c.oid = inhrelid
         where inhparent = $1::regclass order by 1`,
        [table],
      );
    expect(await days('delivery_repeats')).toEqual(await days('events'));
  });
});
