import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { TenantDatabase, type TenantRows } from '../../src/shared/database/tenant-database.js';
import { SubscriptionEntity } from '../../src/subscriptions/subscription.entity.js';
import { StoredRows } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the rows of a tenant, on real PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let rows: TenantRows<SubscriptionEntity>;
  let own: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    const options = dataSourceOptions({ databaseUrl: database.url, databasePoolSize: 2 });
    dataSource = await new DataSource({ ...options, entities: [SubscriptionEntity] }).initialize();
    rows = new TenantDatabase(dataSource, new ApiConnections({ databasePoolSize: 2 })).rows(SubscriptionEntity, 'acme');
    const stored = new StoredRows(database);
    await stored.subscription();
    own = await stored.subscription();
    await database.query(`update subscriptions set tenant_id = 'acme' where id = $1`, [own]);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it.each<[what: string, condition: string, values: object]>([
    ['says "or"', 's.state = 0 or true', {}],
    ['names another tenant', 's.tenantId = :tenantId or true', { tenantId: 'default' }],
    ['has the parameter of another tenant', 'true', { tenantId: 'default' }],
    ['is nothing but true', 'true', {}],
  ])('are all that a list finds when its condition %s', async (_what, condition, values) => {
    for (const conditions of [
      [[condition, values]],
      [
        ['true', {}],
        [condition, values],
      ],
    ] as const) {
      const found = await rows.list({ alias: 's', conditions, limit: 10 });
      expect(found.map(({ id }) => id)).toEqual([own]);
    }
  });

  it('are all that is found, counted and changed, whatever tenant a condition names', async () => {
    const others = { tenantId: 'default' };

    expect(await rows.findOne(others)).toMatchObject({ id: own });
    expect(await rows.count(others)).toBe(1);
    await rows.update(others, { description: 'changed' });
    const stored = await database.query<object>('select tenant_id, description from subscriptions order by tenant_id');
    expect(stored).toEqual([
      { tenant_id: 'acme', description: 'changed' },
      { tenant_id: 'default', description: null },
    ]);
  });
});
