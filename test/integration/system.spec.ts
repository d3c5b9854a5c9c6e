import { DataSource } from 'typeorm';
import { RedisServers } from '../../src/doctor/system/redis-servers.js';
import { parseSettings, type Settings } from '../../src/shared/config/settings.js';
import { Catalogs } from '../../src/shared/database/catalogs.js';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { MIGRATIONS } from '../../src/shared/database/migrations/index.js';
import { PARTITIONED_TABLES, partitionName } from '../../src/shared/database/partition-keeper.js';
import { ProcessRoster } from '../../src/shared/processes/process-roster.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { eventually } from '../support/eventually.js';
import { silentLogger } from '../support/silent-logger.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testRedisUrl, uniquePrefix } from '../support/test-redis.js';

describe('the description of an installation, on real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let settings: Settings;

  beforeAll(async () => {
    database = await createTestDatabase();
    const options = dataSourceOptions({ databaseUrl: database.url, databasePoolSize: 2 });
    dataSource = await new DataSource({ ...options, entities: [] }).initialize();
    settings = parseSettings({ DATABASE_URL: database.url, REDIS_URL: testRedisUrl(), QUEUE_PREFIX: uniquePrefix() });
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('has the sizes of all partitions and tables, and what is known of their rows', async () => {
    const today = partitionName('events', Date.now());
    const catalogs = new Catalogs(dataSource);
    const before = (await catalogs.tables()).find(({ name }) => name === today)!;
    await database.query(
      `insert into tenants (id, created_at, updated_at) select 'sized-' || n, now(), now() from generate_series(1, 500) n`,
    );
    await database.query('analyze tenants');

    const tables = await catalogs.tables();

    expect(before).toMatchObject({ parent: 'events', bytes: expect.any(Number) as number });
    const parents = new Set(tables.flatMap(({ parent }) => (parent === null ? [] : [parent])));
    expect([...parents].sort()).toEqual([...PARTITIONED_TABLES].sort());
    expect(tables.find(({ name }) => name === 'tenants')).toMatchObject({ parent: null, rows: 501 });
    expect(tables.find(({ name }) => name === 'tenants')!.bytes).toBeGreaterThan(8192);
    expect(tables.map(({ name }) => name)).not.toContain('events');
  });

  it('has the state of PostgreSQL and of the schema', async () => {
    const state = await new Catalogs(dataSource).database();

    expect(state).toMatchObject({
      applied: MIGRATIONS.length,
      schema: (new (MIGRATIONS.at(-1)!)() as { readonly name?: string }).name,
    });
    expect(state.version).toMatch(/^\d+/);
    expect(state.bytes).toBeGreaterThan(1_000_000);
    expect(state.startedAt.getTime()).toBeLessThan(Date.now() + 60_000);
    expect(state.connections).toBeGreaterThan(0);
    expect(state.maxConnections).toBeGreaterThanOrEqual(state.connections);
  });

  it('has the state of Redis', async () => {
    const servers = new RedisServers(settings, silentLogger);

    expect(await servers.look()).toMatchObject({ state: 'up', servers: 1, version: expect.any(String) as string });
    servers.onModuleDestroy();
  });

  it('says that Redis is away, and that there is none', async () => {
    const away = new RedisServers({ ...settings, redisUrl: 'redis://127.0.0.1:1' }, silentLogger);

    expect(await away.look()).toMatchObject({ state: 'away', version: null });
    expect(await new RedisServers({ ...settings, redisUrl: undefined }, silentLogger).look()).toMatchObject({
      state: 'none',
    });
    away.onModuleDestroy();
  });

  it('has every process until it ends', async () => {
    const rosters = ['api', 'worker'].map((role) => {
      const roster = new ProcessRoster(settings, new SystemClock(), silentLogger);
      roster.join(role);
      return roster;
    });
    const rolesOf = async (roster: ProcessRoster): Promise<string[]> =>
      (await roster.list()).processes.map(({ role }) => role).sort();

    for (const roster of rosters) {
      const seen = await eventually(() => rolesOf(roster), { until: ({ length }) => length === 2 });
      expect(seen).toEqual(['api', 'worker']);
    }
    await rosters[1]!.onModuleDestroy();
    expect(await rolesOf(rosters[0]!)).toEqual(['api']);
    await rosters[0]!.onModuleDestroy();
  });
});
