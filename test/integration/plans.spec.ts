import { POSTPONE, RECORD } from '../../src/delivery/storage/attempt.statements.js';
import * as sql from '../../src/delivery/storage/delivery.statements.js';
import { DeliveryRepository } from '../../src/delivery/storage/delivery.repository.js';
import { parseSettings } from '../../src/shared/config/settings.js';
import { migrate } from '../../src/shared/database/data-source.js';
import { HotPath, type Statement } from '../../src/shared/database/hot-path.js';
import { partitionOf } from '../../src/shared/database/partition-keeper.js';
import { newUuid } from '../../src/shared/ids/uuid.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const SUBSCRIPTIONS = 5;
const BY_ID = 'Index Scan on open_deliveries_pkey';

/** How each statement may find rows of open_deliveries. */
const EXPECTED: readonly (readonly [name: string, statement: Statement, accesses: readonly string[]])[] = [
  ['claim', sql.claim(partitionOf('events', newUuid(Date.now()))), [BY_ID]],
  ['park', sql.PARK, [BY_ID]],
  ['pull', sql.PULL, ['Index Scan on open_deliveries_parked', BY_ID]],
  ['cancel', sql.CANCEL_PARKED_OF_DELETED, ['Index Scan on open_deliveries_parked', BY_ID]],
  ['settle', sql.SETTLE_UNCLAIMED, [BY_ID]],
  ['take', sql.TAKE_DUE.oldest, ['Index Scan on open_deliveries_due', BY_ID]],
  ['take newest', sql.TAKE_DUE.newest, ['Index Scan on open_deliveries_due', BY_ID]],
  ['give back', sql.GIVE_BACK, [BY_ID]],
  ['postpone', POSTPONE, [BY_ID]],
  ['make due', sql.MAKE_DUE, [BY_ID]],
  ['list first', sql.LIST_FIRST, [BY_ID]],
  ['record', RECORD, [BY_ID]],
];

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  /** In a plan that was run: rows of all loops together are `rows * loops`. */
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** What the statements never do, on whatever table: each reads or sorts more than the rows that are wanted. */
const FORBIDDEN = /^(Seq Scan|Bitmap .*|Hash Join|Merge Join|Sort|Incremental Sort)$/;

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

function readsOf(plan: PlanNode): PlanNode[] {
  return nodesOf(plan).filter(
    (node) => node['Relation Name'] === 'open_deliveries' && node['Node Type'].endsWith(' Scan'),
  );
}

/** How a plan finds rows of open_deliveries, and what else it does that it must not. */
function judge(plan: PlanNode): { accesses: string[]; forbidden: string[] } {
  const accesses = readsOf(plan).map((node) => {
    const condition = node['Index Cond'] === undefined ? ' without a condition' : '';
    return `${node['Node Type']} on ${node['Index Name'] ?? 'the table'}${condition}`;
  });
  const forbidden = nodesOf(plan)
    .map((node) => node['Node Type'])
    .filter((type) => FORBIDDEN.test(type));
  return { accesses: [...new Set(accesses)].sort(), forbidden };
}

describe('the plans of the delivery path, on real PostgreSQL', () => {
  let database: TestDatabase;
  let rows: StoredRows;
  let hotPaths: HotPath[];

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrate(database.url, new Date());
    // Here, only a test says when the table is analysed.
    await database.query('alter table open_deliveries set (autovacuum_enabled = false)');
    rows = new StoredRows(database);
    hotPaths = [];
  });

  afterAll(async () => {
    for (const hotPath of hotPaths) await hotPath.onApplicationShutdown();
    await database.drop();
  });

  /** Of one session, so that what it has prepared and planned it has for the next statement, too. */
  const openSession = (): HotPath => {
    const hotPath = new HotPath({ databaseUrl: database.url, databasePoolSize: 1 }, silentLogger);
    hotPaths.push(hotPath);
    return hotPath;
  };
  const nullsFor = ({ text }: Statement): null[] =>
    Array<null>(Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n)))).fill(null);
  const runAll = async (session: HotPath): Promise<void> => {
    for (const [, statement] of EXPECTED) await session.query(statement, nullsFor(statement));
    await session.query(sql.SUBSCRIPTIONS_WITH_PARKED, nullsFor(sql.SUBSCRIPTIONS_WITH_PARKED));
  };
  /** The plan that this session has for a statement which it has run. */
  const planOf = async (session: HotPath, statement: Statement, options = ''): Promise<PlanNode> => {
    const nulls = nullsFor(statement);
    const call = `${statement.name}${nulls.length > 0 ? `(${nulls.map(() => 'null').join(', ')})` : ''}`;
    const explain = { name: '', text: `explain (format json${options}) execute ${call}` };
    const [row] = await session.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(explain, []);
    return row!['QUERY PLAN'][0].Plan;
  };

  const empty = async (): Promise<void> => {
    await rows.clear();
    await database.query('analyze');
  };
  /** 50,000 deliveries of five subscriptions in every state; none is due. */
  const fill = async (): Promise<void> => {
    for (let n = 0; n < SUBSCRIPTIONS; n += 1) {
      const subscriptionId = await rows.subscription();
      await rows.deliveries(6000, { subscriptionId, dueIn: 3600 });
      await rows.deliveries(2000, { subscriptionId, dueIn: 3600, state: 1, attemptCount: 1, leaseIn: 3600 });
      await rows.deliveries(2000, { subscriptionId, parkedIn: -1 });
    }
  };

  describe.each<[string, () => Promise<HotPath>]>([
    [
      'with the table empty',
      async () => {
        await empty();
        const session = openSession();
        await runAll(session);
        return session;
      },
    ],
    [
      'with 50,000 deliveries, analysed',
      async () => {
        await empty();
        await fill();
        await database.query('analyze');
        const session = openSession();
        await runAll(session);
        return session;
      },
    ],
    [
      'with 50,000 deliveries in a table that was analysed while it was empty',
      async () => {
        await empty();
        await fill();
        const session = openSession();
        await runAll(session);
        return session;
      },
    ],
    [
      'with 50,000 deliveries, and plans made while the table was empty',
      async () => {
        await empty();
        const session = openSession();
        await runAll(session);
        await fill();
        return session;
      },
    ],
  ])('%s', (_, arrange) => {
    let session: HotPath;

    beforeAll(async () => {
      session = await arrange();
    });

    it.each(EXPECTED)('find what they %s by the index that it was written for', async (_name, statement, accesses) => {
      expect(judge(await planOf(session, statement))).toEqual({ accesses: [...accesses].sort(), forbidden: [] });
    });

    it('find the subscriptions with parked deliveries in a step for each, not in one for each delivery', async () => {
      const plan = await planOf(session, sql.SUBSCRIPTIONS_WITH_PARKED, ', analyze');
      expect(judge(plan)).toMatchObject({ forbidden: [] });
      const read = readsOf(plan).map((node) => node['Actual Rows']! * node['Actual Loops']!);
      expect(read.length).toBeGreaterThan(0);
      // What says whose it is and in which state is looked up once for each.
      expect(read.reduce((a, b) => a + b)).toBeLessThanOrEqual(4 * SUBSCRIPTIONS);
    });
  });

  it('would be seen to read the whole table, if they did', async () => {
    const session = openSession();
    const wasteful: Statement = { name: 'wasteful', text: 'select state from open_deliveries where state = 0' };
    await session.query(wasteful, []);
    expect(judge(await planOf(session, wasteful))).toEqual({
      accesses: ['Seq Scan on the table without a condition'],
      forbidden: ['Seq Scan'],
    });
  });

  it('let a claim change rows in place, without an entry in any index', async () => {
    await rows.clear();
    const settings = parseSettings(fastSettings(database));
    const session = openSession();
    const repository = new DeliveryRepository(session, settings);
    const wakeUps = await rows.deliveries(1000, { subscriptionId: await rows.subscription() });
    await database.query('select pg_stat_reset()');

    expect(await repository.claim(wakeUps)).toHaveLength(1000);
    await session.query({ name: '', text: 'select pg_stat_force_next_flush()' }, []);

    const updates = await eventually(
      () =>
        database.query<{ all: number; hot: number }>(
          `select n_tup_upd::int as all, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = 'open_deliveries'`,
        ),
      { until: ([row]) => row!.all >= 1000 },
    );
    expect(updates[0]!.hot).toBeGreaterThan(900);
  });
});
