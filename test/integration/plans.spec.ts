import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClaimRepository } from '../../src/delivery/storage/claim.repository.js';
import { LIST_WITH_PARKED } from '../../src/delivery/storage/statements/list-with-parked.js';
import { parseSettings } from '../../src/shared/config/settings.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { partitionOf } from '../../src/shared/database/partition-keeper.js';
import type { Statement } from '../../src/shared/database/statement.js';
import { newUuid } from '../../src/shared/ids/uuid.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { literalStatement } from '../support/literal-statement.js';
import { silentLogger } from '../support/silent-logger.js';
import { StoredRows } from '../support/stored-rows.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const SOURCE = join(import.meta.dirname, '../../src');
const PARTITION = partitionOf('events', newUuid(Date.now()));
const STATEMENTS = await findStatements();

/** Every statement that a file of the source defines; those for a partition are made for today's. */
async function findStatements(): Promise<Statement[]> {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && /\bstatement\(\{/.test(readFileSync(join(SOURCE, file), 'utf8')),
  );
  const modules = await Promise.all(files.map((file) => import(join(SOURCE, file)) as Promise<object>));
  return modules.flatMap((module) => Object.values(module).flatMap(statementsIn));
}

function statementsIn(exported: unknown): Statement[] {
  if (typeof exported === 'function' && !/^class\b/.test(String(exported))) {
    return statementsIn((exported as (partition: string) => unknown)(PARTITION));
  }
  if (typeof exported !== 'object' || exported === null) return [];
  return 'servedBy' in exported ? [exported as Statement] : Object.values(exported).flatMap(statementsIn);
}

const SUBSCRIPTIONS = 5;
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  /** In an executed plan; the rows of all loops together are `rows * loops`. */
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** What no statement may do on any table: each reads or sorts more than the wanted rows. */
const FORBIDDEN = /^(Seq Scan|Bitmap .*|Hash Join|Merge Join|Sort|Incremental Sort)$/;
const DAY = /_\d{8}/;

function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

function readsOf(plan: PlanNode): PlanNode[] {
  return nodesOf(plan).filter(
    (node) => node['Relation Name'] === 'open_deliveries' && node['Node Type'].endsWith(' Scan'),
  );
}

/** The indexes by which a plan finds rows, named as those of the parent table; and what it must not do. */
function judge(plan: PlanNode): { servedBy: string[]; forbidden: string[] } {
  const nodes = nodesOf(plan);
  const indexes = nodes.flatMap((node) => node['Index Name'] ?? []).map((name) => name.replace(DAY, ''));
  const withoutCondition = nodes
    .filter((node) => node['Index Name'] !== undefined && node['Index Cond'] === undefined)
    .map((node) => `${node['Index Name']} without a condition`);
  const forbidden = nodes.map((node) => node['Node Type']).filter((type) => FORBIDDEN.test(type));
  return { servedBy: [...new Set(indexes)].sort(), forbidden: [...forbidden, ...withoutCondition] };
}

describe('the plans of the delivery path, on real PostgreSQL', () => {
  let database: TestDatabase;
  let rows: StoredRows;
  let hotPaths: HotPath[];

  beforeAll(async () => {
    database = await createTestDatabase();
    // Only a test decides when the table is analysed.
    await database.query('alter table open_deliveries set (autovacuum_enabled = false)');
    rows = new StoredRows(database);
    hotPaths = [];
  });

  afterAll(async () => {
    for (const hotPath of hotPaths) await hotPath.onApplicationShutdown();
    await database.drop();
  });

  /** Connects to one session, so that prepared and planned statements persist to the next one. */
  const openSession = (): HotPath => {
    const hotPath = new HotPath({ databaseUrl: database.url, databasePoolSize: 1 }, silentLogger);
    hotPaths.push(hotPath);
    return hotPath;
  };
  const runAll = async (session: HotPath): Promise<void> => {
    for (const { name, text, types } of STATEMENTS) {
      await session.query({ name, text, values: types.map(() => null), isOfOneDay: false });
    }
  };
  /** The plan that this session has for a statement it has run. */
  const planOf = async (
    session: HotPath,
    { name, types }: Pick<Statement, 'name' | 'types'>,
    options = '',
  ): Promise<PlanNode> => {
    const call = `${name}${types.length > 0 ? `(${types.map(() => 'null').join(', ')})` : ''}`;
    const [row] = await session.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      literalStatement('', `explain (format json${options}) execute ${call}`),
    );
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

    it.each(STATEMENTS)('$name finds its rows by the indexes that it names', async (statement) => {
      expect(judge(await planOf(session, statement))).toEqual({
        servedBy: [...statement.servedBy].sort(),
        forbidden: [],
      });
    });

    it('find the subscriptions with parked deliveries in one step each, not one step per delivery', async () => {
      const plan = await planOf(session, LIST_WITH_PARKED, ', analyze');
      expect(judge(plan)).toMatchObject({ forbidden: [] });
      const read = readsOf(plan).map((node) => node['Actual Rows']! * node['Actual Loops']!);
      expect(read.length).toBeGreaterThan(0);
      // Tenant and state are looked up once for each subscription.
      expect(read.reduce((a, b) => a + b)).toBeLessThanOrEqual(4 * SUBSCRIPTIONS);
    });
  });

  it('would show a full scan if there were one', async () => {
    const session = openSession();
    await session.query(literalStatement('wasteful', 'select state from open_deliveries where state = 0'));
    expect(judge(await planOf(session, { name: 'wasteful', types: [] }))).toEqual({
      servedBy: [],
      forbidden: ['Seq Scan'],
    });
  });

  it('let a claim change rows in place, without a new index entry', async () => {
    await rows.clear();
    const settings = parseSettings(fastSettings(database));
    const session = openSession();
    const repository = new ClaimRepository(session, settings);
    const wakeUps = await rows.deliveries(1000, { subscriptionId: await rows.subscription() });
    await database.query('select pg_stat_reset()');

    expect(await repository.claim(wakeUps)).toHaveLength(1000);
    await session.query(literalStatement('', 'select pg_stat_force_next_flush()'));

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
