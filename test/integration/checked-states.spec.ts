import { STATE } from '../../src/delivery/domain/delivery-state.js';
import { migrate } from '../../src/shared/database/data-source.js';
import { SUBSCRIPTION_STATE } from '../../src/subscriptions/domain/subscription-state.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const { pending, inFlight, ...finished } = STATE;

describe('the schema', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database.url, new Date());
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
