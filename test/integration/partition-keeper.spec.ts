import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import { Expiry } from '../../src/delivery/engine/expiry.js';
import { ParkingRepository } from '../../src/delivery/storage/parking.repository.js';
import { ADVISORY_LOCKS } from '../../src/shared/database/advisory-locks.js';
import { migrationDataSource } from '../../src/shared/database/data-source.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { type Dropped, ExpiredPartitions } from '../../src/shared/database/expired-partitions.js';
import { partitionOf, PartitionKeeper } from '../../src/shared/database/partition-keeper.js';
import type { Retention } from '../../src/shared/database/retention.js';
import type { Logger } from '../../src/shared/logging/logger.js';
import { Metrics } from '../../src/shared/metrics/metrics.js';
import { eventually } from '../support/eventually.js';
import { migrateQuietly } from '../support/migrate-quietly.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows } from '../support/stored-rows.js';
import { copyDatabase, createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

const TABLES = ['events', 'deliveries', 'attempts', 'delivery_repeats'] as const;
const DAY_MS = 86_400_000;
const TODAY = new Date('2026-03-01T23:59:59.999Z');
const RETENTION_DAYS = 3;

const daysFrom = (first: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) =>
    new Date(Date.parse(first) + n * DAY_MS).toISOString().slice(0, 10).replaceAll('-', ''),
  );

describe('the partitions of events and their history, on real PostgreSQL', () => {
  /** Migrated on that day, and copied for each test. */
  let migrated: TestDatabase;
  let database: TestDatabase;
  let dataSource: DataSource;
  let keeper: PartitionKeeper;
  let expired: ExpiredPartitions;
  let rows: StoredRows;

  beforeAll(async () => {
    migrated = await createEmptyDatabase();
    await migrateQuietly(migrated.url, TODAY);
  });

  afterAll(() => migrated.drop());

  afterEach(async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await database.drop();
  });

  const prepare = async (): Promise<void> => {
    database = await copyDatabase(migrated);
    rows = new StoredRows(database);
    dataSource = await migrationDataSource(database.url).initialize();
    keeper = new PartitionKeeper(dataSource);
    expired = new ExpiredPartitions(dataSource, () => migrationDataSource(database.url).initialize());
  };
  const partitions = async (): Promise<string[]> => {
    const found = await database.query<{ name: string }>(
      'select inhrelid::regclass::text as name from pg_inherits join pg_class c on c.oid = inhrelid and c.relispartition ' +
        `where inhparent = any('{events, deliveries, attempts, delivery_repeats}'::regclass[]) order by name`,
    );
    return found.map(({ name }) => name);
  };
  const partitionsOf = (days: readonly string[]): string[] =>
    TABLES.flatMap((table) => days.map((day) => `${table}_${day}`)).sort();
  const storedIn = async (table: string): Promise<unknown[]> => database.query(`select * from ${table} order by 1, 2`);

  describe('when they are created', () => {
    beforeEach(prepare);

    it('reach from yesterday to a week ahead, even across the end of a month', async () => {
      expect(await partitions()).toEqual(partitionsOf(daysFrom('2026-02-28', 9)));
    });

    it('each hold the rows of their day, from its first millisecond to its last', async () => {
      const subscriptionId = await rows.subscription();
      const times = ['2026-03-01T00:00:00.000Z', '2026-03-01T23:59:59.999Z', '2026-03-02T00:00:00.000Z'];
      for (const time of times) await rows.delivery({ subscriptionId, atMs: Date.parse(time) });
      expect(await storedIn('events_20260301')).toHaveLength(2);
      expect(await storedIn('events_20260302')).toHaveLength(1);
    });

    it('are not created twice, and keep their rows', async () => {
      await rows.delivery({ subscriptionId: await rows.subscription(), atMs: TODAY.getTime() });
      const before = await storedIn('events');
      await keeper.makeAhead(TODAY);
      await migrateQuietly(database.url, TODAY);
      expect(await partitions()).toEqual(partitionsOf(daysFrom('2026-02-28', 9)));
      expect(await storedIn('events')).toEqual(before);
    });

    it('are added day by day', async () => {
      await keeper.makeAhead(new Date(TODAY.getTime() + 2 * DAY_MS));
      expect(await partitions()).toEqual(partitionsOf(daysFrom('2026-02-28', 11)));
    });

    it('have block range indexes that leave no row out, once their day has passed', async () => {
      // More than a megabyte, which is one range.
      const payload = Buffer.alloc(1500, 'x');
      await rows.deliveries(1000, { subscriptionId: await rows.subscription(), atMs: TODAY.getTime(), payload });
      await database.query('create extension pageinspect');
      // Without a summary, every search reads the range.
      const summarized = (day: string) =>
        database.query(
          `select blknum::int as block from brin_page_items(get_raw_page('events_${day}_accepted_at_idx', 2),
             'events_${day}_accepted_at_idx') where not placeholder and not allnulls`,
        );
      await keeper.completeIndexes(TODAY);
      expect(await summarized('20260301')).toEqual([{ block: 0 }]);

      await keeper.completeIndexes(new Date(TODAY.getTime() + DAY_MS));
      expect(await summarized('20260301')).toEqual([{ block: 0 }, { block: 128 }]);
    });

    it('have the indexes of their table', async () => {
      const indexesOf = async (table: string): Promise<string[]> => {
        const found = await database.query<{ definition: string }>(
          `select pg_get_indexdef(indexrelid) as definition from pg_index where indrelid = $1::regclass`,
          [table],
        );
        const shape = found.map(({ definition }) => definition.replace(/^.* INDEX .* USING/, 'USING'));
        return shape.sort();
      };
      for (const table of TABLES) expect(await indexesOf(`${table}_20260301`)).toEqual(await indexesOf(table));
    });
  });

  it('are created once by processes that start at the same time on a database without a schema', async () => {
    database = await createEmptyDatabase();

    await Promise.all(Array.from({ length: 5 }, () => migrateQuietly(database.url, TODAY)));

    expect(await partitions()).toEqual(partitionsOf(daysFrom('2026-02-28', 9)));
    dataSource = await migrationDataSource(database.url).initialize();
    expect(await dataSource.showMigrations()).toBe(false);
    expect(await storedIn('migrations')).toHaveLength(dataSource.migrations.length);
  });

  describe('past retention', () => {
    const firstKept = '2026-02-26';
    let hotPath: HotPath;
    let expire: Parameters<Retention['beforeDropping']>[0];
    let metrics: Metrics;
    let logged: unknown[];

    beforeEach(async () => {
      await prepare();
      hotPath = new HotPath({ databaseUrl: database.url, databasePoolSize: 2 }, silentLogger);
      metrics = new Metrics();
      logged = [];
      const retention: Pick<Retention, 'beforeDropping'> = { beforeDropping: (step) => (expire = step) };
      new Expiry(
        retention as Retention,
        new ParkingRepository(hotPath),
        { warn: (fields: unknown) => logged.push(fields) } as unknown as Logger,
        metrics,
      );
      for (const day of [-6, -4]) await keeper.makeAhead(new Date(TODAY.getTime() + day * DAY_MS));
    });

    afterEach(() => hotPath.onApplicationShutdown());

    const dropExpired = (): Promise<Dropped | null> => expired.drop(TODAY, RETENTION_DAYS, expire);

    it('are dropped, and no others', async () => {
      const before = await partitions();
      const days = daysFrom('2026-02-22', 4);
      expect(before).toEqual(expect.arrayContaining(partitionsOf(days)));

      const dropped = await dropExpired();

      expect(dropped).toEqual({ days, failures: [] });
      expect(await partitions()).toEqual(before.filter((name) => name.slice(-8) >= firstKept.replaceAll('-', '')));
      expect(await dropExpired()).toEqual({ days: [], failures: [] });
    });

    it('take their events, history and open deliveries with them, and leave those of the kept days', async () => {
      const subscriptionId = await rows.subscription();
      const lastMs = Date.parse(firstKept) - 1;
      const gone = await rows.delivery({ subscriptionId, atMs: lastMs, parkedIn: -60 });
      const kept = await rows.delivery({ subscriptionId, atMs: lastMs + 1, parkedIn: -60 });
      for (const { id } of [gone, kept]) {
        await database.query(
          `insert into attempts (delivery_id, number, tenant_id, started_at) values ($1, 1, 'd', now())`,
          [id],
        );
        await database.query(
          `insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, finished_at)
           values ($1, $1, $2, 'default', 2, 1, now())`,
          [id, subscriptionId],
        );
      }
      const before = await Promise.all(TABLES.map(storedIn));

      await dropExpired();

      expect(await rows.open(gone.id)).toBeUndefined();
      expect(await rows.open(kept.id)).toMatchObject({ state: 0, is_parked: true });
      const after = await Promise.all(TABLES.map(storedIn));
      expect(before.map((stored) => stored.length)).toEqual([2, 2, 2, 0]);
      expect(after).toEqual(before.map((stored) => stored.slice(1)));
    });

    it('are left to the process that is already dropping them', async () => {
      const before = await partitions();
      await dataSource.transaction(async (tx) => {
        await tx.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.retention]);
        expect(await dropExpired()).toBeNull();
      });
      expect(await partitions()).toEqual(before);
    });

    it('take open deliveries with them, however many there are', async () => {
      const subscriptionId = await rows.subscription();
      await rows.deliveries(5001, { subscriptionId, atMs: Date.parse(firstKept) - 1, parkedIn: -60 });
      await dropExpired();
      expect(await database.query('select 1 from open_deliveries limit 1')).toEqual([]);
      expect(await metrics.render()).toContain('webhook_expired_deliveries_total 5001');
      expect(logged).toEqual([{ deliveries: 5001 }]);
    });

    describe('that a long report reads', () => {
      let reader: Client;
      let read: string;

      beforeEach(async () => {
        const { id } = await rows.delivery({
          subscriptionId: await rows.subscription(),
          atMs: Date.parse(firstKept) - 1,
          parkedIn: -60,
        });
        read = id;
        reader = new Client({ connectionString: database.url });
        await reader.connect();
      });

      afterEach(() => reader.end());

      /** The statement that waits for the reader. */
      const detaching = (): Promise<{ query: string }[]> =>
        database.query<{ query: string }>(
          `select query from pg_stat_activity where query like 'alter table events detach%' and wait_event_type = 'Lock'`,
        );

      it('wait for its end, while events are accepted and processes start', async () => {
        // A report reads the whole table, and so holds a lock on it.
        await reader.query('begin; select count(*) from events');
        const dropping = dropExpired();
        await eventually(detaching, { until: ({ length }) => length === 1 });

        const atMs = TODAY.getTime();
        const accepted = await rows.delivery({ subscriptionId: await rows.subscription(), atMs });
        await migrateQuietly(database.url, new Date(atMs + 2 * DAY_MS));
        expect(await rows.open(accepted.id)).toBeDefined();
        expect(await detaching()).toHaveLength(1);

        await reader.query('commit');
        expect(await dropping).toEqual({ days: daysFrom('2026-02-22', 4), failures: [] });
      });

      it('are dropped by a later run if it outlasts the wait, and count the outcome of their open deliveries', async () => {
        const open = (): Promise<DataSource> => migrationDataSource(database.url).initialize();
        const impatient = new ExpiredPartitions(dataSource, open, 200);
        const before = await partitions();
        await reader.query(`begin; select from ${partitionOf('events', read)}`);
        // 57014: the statement was cancelled. The detachment is begun.
        const dropped = await impatient.drop(TODAY, RETENTION_DAYS, expire);
        expect(dropped).toMatchObject({ days: daysFrom('2026-02-22', 3), failures: [{ code: '57014' }] });
        expect(await rows.open(read)).toBeUndefined();
        await reader.query('commit');

        expect(await dropExpired()).toEqual({ days: ['20260225'], failures: [] });
        expect(await partitions()).toEqual(before.filter((name) => name.slice(-8) >= '20260226'));
      });
    });

    it('are dropped by a later run if they were detached only', async () => {
      await database.query('alter table events detach partition events_20260225');

      expect(await dropExpired()).toEqual({ days: daysFrom('2026-02-22', 4), failures: [] });
      expect(await database.query(`select to_regclass('events_20260225') as left`)).toEqual([{ left: null }]);
    });

    it('are attached again if an event of a detached day comes', async () => {
      await database.query('alter table events detach partition events_20260225');

      await keeper.makeDay(Date.parse('2026-02-25'));

      expect(await partitions()).toContain('events_20260225');
    });
  });
});
