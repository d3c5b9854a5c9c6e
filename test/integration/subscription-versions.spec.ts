import type { DataSource, QueryRunner } from 'typeorm';
import { migrationDataSource } from '../../src/shared/database/data-source.js';
import { RECORDED_OUTCOMES } from '../../src/shared/database/migrations/1700000000050-recorded-outcomes.js';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import { newUuid, type Uuid } from '../../src/shared/ids/uuid.js';
import {
  SubscriptionVersionsRepository,
  type VersionKey,
} from '../../src/subscriptions/subscription-versions.repository.js';
import { StoredRows, SUBSCRIPTION } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface Version {
  readonly event_types: string[];
  readonly state: number;
  readonly disabled_reason: string | null;
  readonly valid_from: Date;
}

describe('the versions of a subscription, on real PostgreSQL', () => {
  let database: TestDatabase;
  let rows: StoredRows;
  let dataSource: DataSource;
  let runner: QueryRunner;
  let repository: SubscriptionVersionsRepository;

  beforeEach(async () => {
    database = await createTestDatabase();
    rows = new StoredRows(database);
    dataSource = await migrationDataSource(database.url).initialize();
    runner = dataSource.createQueryRunner();
    repository = new SubscriptionVersionsRepository(
      new TenantDatabase(dataSource, new ApiConnections({ databasePoolSize: 2 })),
    );
  });

  afterEach(async () => {
    await runner.release();
    await dataSource.destroy();
    await database.drop();
  });

  const versionsOf = (id: Uuid): Promise<Version[]> =>
    database.query<Version>(
      `select event_types, state, disabled_reason, valid_from from subscription_versions
       where subscription_id = $1 order by valid_from`,
      [id],
    );
  const change = (id: Uuid, assignments: string): Promise<object[]> =>
    database.query(`update subscriptions set ${assignments} where id = $1`, [id]);
  const at = (time: Date, ms: number): Date => new Date(time.getTime() + ms);

  it('begin when it is created, and follow each change of its types and its state', async () => {
    const id = await rows.subscription();
    await change(id, `event_types = '{user.*,a.b}'`);
    await change(id, 'state = 1');
    await change(id, `state = 2, disabled_reason = 'gone'`);
    await change(id, 'state = 0, disabled_reason = null');
    await change(id, 'state = 3');

    const all = await versionsOf(id);

    const [subscription] = await database.query<{ created_at: Date }>('select created_at from subscriptions');
    expect(all[0]!.valid_from).toEqual(subscription!.created_at);
    expect(all.map(({ event_types, state, disabled_reason }) => [event_types, state, disabled_reason])).toEqual([
      [['order.created'], 0, null],
      [['user.*', 'a.b'], 0, null],
      [['user.*', 'a.b'], 1, null],
      [['user.*', 'a.b'], 2, 'gone'],
      [['user.*', 'a.b'], 0, null],
      [['user.*', 'a.b'], 3, null],
    ]);
  });

  it('are not made by a change of anything else', async () => {
    const id = await rows.subscription();
    await change(id, `target_url = 'https://1.1.1.1/', updated_at = now(), timeout_ms = 5, state = 0`);
    expect(await versionsOf(id)).toHaveLength(1);
  });

  it('vanish with the transaction that made them', async () => {
    const id = await rows.subscription();
    await runner.startTransaction();
    await runner.query('update subscriptions set state = 1 where id = $1', [id]);
    await runner.rollbackTransaction();
    expect(await versionsOf(id)).toHaveLength(1);
  });

  it('stay in order when the clock goes back', async () => {
    const id = await rows.subscription();
    await database.query(`update subscription_versions set valid_from = now() + interval '1 hour'`);
    await change(id, 'state = 1');
    await change(id, 'state = 0');
    expect((await versionsOf(id)).map(({ state }) => state)).toEqual([0, 1, 0]);
  });

  it.each(['public', 'hooks'])(
    'follow changes of a session with another search_path than the schema %s',
    async (schema) => {
      const id = await rows.subscription();
      if (schema !== 'public') {
        const migrations = RECORDED_OUTCOMES.map((Migration) => new Migration());
        for (const migration of migrations.toReversed()) await migration.down(runner);
        await runner.query(`create schema ${schema}`);
        for (const table of ['subscriptions', 'events', 'attempts']) {
          await runner.query(`alter table ${table} set schema ${schema}`);
        }
        await runner.query(`set search_path to ${schema}`);
        for (const migration of migrations) {
          await runner.startTransaction();
          await migration.up(runner);
          await runner.commitTransaction();
        }
      }
      await runner.query('set search_path to pg_catalog');

      await runner.query(`update ${schema}.subscriptions set state = 1 where id = $1`, [id]);

      expect(await runner.query(`select state from ${schema}.subscription_versions order by valid_from`)).toEqual([
        { state: 0 },
        { state: 1 },
      ]);
    },
  );

  it('are found around the time of an event, tenant by tenant and page by page', async () => {
    const ids = [await rows.subscription(), await rows.subscription(), await rows.subscription()].sort();
    await database.query(`update subscriptions set tenant_id = 'other' where id = $1`, [ids[1]]);
    await database.query(`update subscription_versions set tenant_id = 'other' where subscription_id = $1`, [ids[1]]);
    await change(ids[0]!, 'state = 1');
    const [created, paused] = (await versionsOf(ids[0]!)).map(({ valid_from }) => valid_from);
    const list = async (time: Date, after: Uuid | null = null, limit = 10) =>
      (await repository.listAround('default', { at: time, withinMs: 0, after, limit })).map((row) => [
        row.id,
        row.versions,
      ]);

    const first = [created!.getTime(), SUBSCRIPTION.active, ['order.created'], null];
    const second = [paused!.getTime(), SUBSCRIPTION.paused, ['order.created'], null];
    const [own] = await versionsOf(ids[2]!);
    const third = [own!.valid_from.getTime(), SUBSCRIPTION.active, ['order.created'], null];
    const [hourBefore, minuteAfter] = [at(created!, -3_600_000), at(paused!, 60_000)];
    expect(await list(hourBefore)).toEqual([
      [ids[0], null],
      [ids[2], null],
    ]);
    expect((await list(created!))[0]).toEqual([ids[0], [first]]);
    expect(await list(minuteAfter, null, 1)).toEqual([[ids[0], [second]]]);
    expect(await list(minuteAfter, ids[0])).toEqual([[ids[2], [third]]]);
    expect(await list(minuteAfter, ids[2])).toEqual([]);
  });

  it('are found with those that were valid shortly before and after an event, of very many the nearest', async () => {
    const id = await rows.subscription();
    const event = new Date('2026-01-02T03:04:05.678Z');
    const store = async (times: readonly number[]) => {
      await database.query('delete from subscription_versions');
      await database.query(
        `insert into subscription_versions (tenant_id, subscription_id, valid_from, event_types, state)
         select 'default', $1, t, '{a}', 0 from unnest($2::timestamptz[]) t`,
        [id, times.map((ms) => at(event, ms))],
      );
    };
    const found = async (): Promise<number[] | undefined> => {
      const around = { at: event, withinMs: 15_000, after: null, limit: 10 };
      const [row] = await repository.listAround('default', around);
      return row!.versions?.map(([validFromMs]) => validFromMs - event.getTime());
    };

    // The version before the first was still valid 15 s before the event.
    await store([-90_000, -60_000, -15_000, -1, 0, 1, 15_000, 15_001]);
    expect(await found()).toEqual([-60_000, -15_000, -1, 0, 1, 15_000]);
    await store([-90_000, -60_000, 15_001]);
    expect(await found()).toEqual([-60_000]);
    await store([15_001]);
    expect(await found()).toBeUndefined();

    const nearest = Array.from({ length: 50 }, (_, index) => index);
    await store([...nearest.map((ms) => 0 - ms), ...nearest.map((ms) => ms + 1), -50, -100, 51, 100]);
    expect(await found()).toEqual([...nearest.map((ms) => 0 - ms).reverse(), ...nearest.map((ms) => ms + 1)]);
  });

  it('are removed once another followed before the time from which events are kept, or the subscription was deleted', async () => {
    const [kept, gone] = [await rows.subscription(), await rows.subscription()];
    await change(gone, 'state = 3');
    const age = (id: Uuid, days: number) =>
      database.query(
        `update subscription_versions set valid_from = valid_from - $2 * interval '1 day' where subscription_id = $1`,
        [id, days],
      );
    for (const assignments of ['state = 1', 'state = 0', 'state = 1']) {
      await age(kept, 20);
      await change(kept, assignments);
    }
    await age(gone, 50);
    const before = new Date(Date.now() - 30 * 86_400_000);

    // Created 60 days ago and changed 40, 20 and 0 days ago: the version from 40 days ago was valid 30 days ago.
    let last: VersionKey | null = null;
    let parts = 0;
    do {
      const after: VersionKey | null = last;
      last = await dataSource.transaction((tx) => repository.removeEnded(tx, before, after, 2));
      parts += 1;
    } while (last !== null);

    // Six versions, two at a time, the second of which is the first of the next two.
    expect(parts).toBeGreaterThan(3);
    expect(await versionsOf(gone)).toEqual([]);
    expect((await versionsOf(kept)).map(({ state }) => state)).toEqual([1, 0, 1]);
  });

  it('begin, for subscriptions from before, with their last change or their deletion before the migration', async () => {
    const migrations = RECORDED_OUTCOMES.map((Migration) => new Migration());
    for (const migration of migrations.toReversed()) await migration.down(runner);
    const changed = new Date('2026-01-02T03:04:05.678Z');
    const deleted = await rows.subscription({ state: SUBSCRIPTION.deleted });
    const active = await rows.subscription();
    await database.query('update subscriptions set updated_at = $1', [changed]);
    const gone = new Date('2025-12-01T02:03:04.005Z');
    await database.query('update subscriptions set deleted_at = $2 where id = $1', [deleted, gone]);

    for (const migration of migrations) {
      await runner.startTransaction();
      await migration.up(runner);
      await runner.commitTransaction();
    }

    expect(await versionsOf(active)).toMatchObject([{ state: 0, event_types: ['order.created'], valid_from: changed }]);
    expect(await versionsOf(deleted)).toMatchObject([{ state: 3, valid_from: gone }]);
    await change(active, 'state = 1');
    expect(await versionsOf(active)).toMatchObject([{ state: 0 }, { state: 1 }]);
  });

  it('are recorded of what a version of the service writes that does not know of them', async () => {
    const id = newUuid(Date.now());
    await database.query(
      `insert into subscriptions (id, tenant_id, target_url, event_types, secrets, created_at, updated_at)
       values ($1, 'default', 'https://1.1.1.1/', '{a}', '[]', now(), now())`,
      [id],
    );
    expect(await versionsOf(id)).toMatchObject([{ event_types: ['a'], state: 0 }]);
  });
});
