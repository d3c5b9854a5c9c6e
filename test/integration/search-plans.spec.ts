import { jest } from '@jest/globals';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import type { EventQuery } from '../../src/delivery/api/dto/delivery-query.js';
import { filterOf } from '../../src/delivery/api/history-query.js';
import type { HistoryFilter } from '../../src/delivery/domain/history-filter.js';
import { DeliveryCommandRepository } from '../../src/delivery/storage/delivery-command.repository.js';
import { HistorySearchRepository, type PageOrder } from '../../src/delivery/storage/history-search.repository.js';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { PartitionKeeper } from '../../src/shared/database/partition-keeper.js';
import { BEGIN_SEARCH, SearchSession } from '../../src/shared/database/search-session.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import type { Tx } from '../../src/shared/database/transaction.js';
import { placeOf } from '../../src/shared/http/two-way-page.js';
import { toPublicId } from '../../src/shared/ids/public-id.js';
import { newUuid } from '../../src/shared/ids/uuid.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { replaySearches } from '../support/replay-searches.js';
import { aPastEvent, Past, type PastEvent } from '../support/past-events.js';
import { nodesOf, type PlanNode } from '../support/plan-node.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DAY_MS = 86_400_000;
const DAYS = 4;
const TENANTS = 10;
const EVENTS = 6000;

type Query = Omit<EventQuery, 'limit'>;

interface Asked {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What a search may not do on any table: each reads more than the candidates of a step. */
const FORBIDDEN = /^(Seq Scan|Bitmap .*|Hash Join|Merge Join)$/;

const own = { subscription: newUuid(Date.now()), other: newUuid(Date.now()), replay: newUuid(Date.now()) };
const sub = `subscription_id`;

/** The commonest searches, with the indexes that find their rows. The rows of a page are read by primary keys. */
const SEARCHES: readonly [name: string, list: 'deliveries' | 'events', query: Query, servedBy: readonly string[]][] = [
  ['nothing', 'deliveries', {}, ['deliveries_pkey', 'events_type', 'open_deliveries_pkey']],
  ['a type', 'deliveries', { event_type: 'order.paid' }, ['deliveries_pkey', 'events_type', 'open_deliveries_pkey']],
  ['a pattern', 'deliveries', { event_type: 'order.*' }, ['deliveries_pkey', 'events_type', 'open_deliveries_pkey']],
  [
    'a subscription',
    'deliveries',
    { [sub]: toPublicId('sub', own.subscription) },
    ['deliveries_subscription', 'open_deliveries_subscription'],
  ],
  [
    'the failures of a subscription',
    'deliveries',
    { [sub]: toPublicId('sub', own.subscription), status: 'failed' },
    ['deliveries_subscription_unsuccessful'],
  ],
  ['failures', 'deliveries', { status: 'failed' }, ['deliveries_tenant_unsuccessful']],
  ['unfinished ones', 'deliveries', { status: 'pending,in_flight' }, ['open_deliveries_subscription']],
  [
    'a class of codes',
    'deliveries',
    { status_code: '5xx' },
    ['attempts_pkey', 'deliveries_tenant_unsuccessful', 'open_deliveries_subscription'],
  ],
  [
    'failures of a type',
    'deliveries',
    { status: 'failed', event_type: 'order.paid' },
    ['deliveries_tenant_unsuccessful', 'events_pkey or events_type'],
  ],
  ['a tag', 'deliveries', { tag: 'a' }, ['deliveries_pkey', 'event_tags_pkey', 'open_deliveries_pkey']],
  [
    'an idempotency key',
    'deliveries',
    { idempotency_key: 'key-1' },
    ['deliveries_pkey', 'events_idempotency_key', 'open_deliveries_pkey'],
  ],
  [
    'a host',
    'deliveries',
    { target_host: 'one.example' },
    ['deliveries_subscription', 'open_deliveries_subscription', 'subscriptions_target_host'],
  ],
  [
    'a replay',
    'deliveries',
    { replay_id: toPublicId('rpl', own.replay) },
    ['deliveries_pkey', 'open_deliveries_pkey', 'replayed_deliveries_replay'],
  ],
  ['nothing', 'events', {}, ['events_type']],
  ['events that reached nobody', 'events', { deliveries: '0' }, ['events_unreached']],
];

/** The time of event n: the same number on each day, also on what there is of today. */
function timeOf(n: number): number {
  const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const startOfDay = midnight - (n % DAYS) * DAY_MS;
  return startOfDay + Math.floor((n / EVENTS) * (Math.min(Date.now() - startOfDay, DAY_MS) - 1));
}

/** Where two indexes serve equally well, either may be used. */
function wantedOf(servedBy: readonly string[], used: readonly string[]): string[] {
  const wanted = servedBy.map((name) => name.split(' or ').find((each) => used.includes(each)) ?? name);
  return [...new Set(wanted)].sort();
}

describe('the plans of the search, on real PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let client: Client;
  let parents: ReadonlyMap<string, string>;
  let events: PastEvent[];

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource(
      dataSourceOptions({ databaseUrl: database.url, databasePoolSize: 2 }),
    ).initialize();
    await new PartitionKeeper(dataSource).makeAhead(new Date(Date.now() - DAYS * DAY_MS));
    client = new Client({ connectionString: database.url });
    await client.connect();
    // Only a test decides when a table is analysed.
    const tables = await database.query<{ name: string }>(
      `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    );
    for (const { name } of tables) await database.query(`alter table ${name} set (autovacuum_enabled = false)`);
    const indexes = await database.query<{ child: string; parent: string }>(
      `select inhrelid::regclass::text as child, inhparent::regclass::text as parent from pg_inherits`,
    );
    parents = new Map(indexes.map(({ child, parent }) => [child, parent]));
    const past = new Past(database);
    await past.subscription('acme', 'https://one.example/', own.subscription);
    await past.subscription('acme', 'https://two.example/', own.other);
    events = Array.from({ length: EVENTS }, (_, n) => {
      const isOwn = n % TENANTS === 0;
      const status = (['delivered', 'delivered', 'pending', 'delivered', 'failed'] as const)[n % 5]!;
      return aPastEvent({
        tenantId: isOwn ? 'acme' : `other${n % TENANTS}`,
        atMs: timeOf(n),
        type: `order.${['paid', 'created', 'sent'][n % 3]}`,
        ...(n % 50 === 0 && { tags: ['a'], idempotencyKey: `key-${n % 3}` }),
        deliveries: n % 29 === 0 ? [] : [{ subscriptionId: isOwn ? own.subscription : newUuid(n), status }],
      });
    });
  });

  afterAll(async () => {
    await client.end();
    await dataSource.destroy();
    await database.drop();
  });

  const fill = (): Promise<void> => new Past(database).store(events);
  const empty = async (): Promise<void> => {
    await database.query('truncate events, event_tags, deliveries, open_deliveries, attempts');
    await database.query('analyze');
  };

  /** The statements with which a search looks for its page. */
  const statementsOf = (list: 'deliveries' | 'events', query: Query): Promise<Asked[]> =>
    statementsFor(list, filterOf({ ...query, limit: 50 }, placeOf(undefined)), { direction: 'older', limit: 50 });
  const statementsFor = async (
    list: 'deliveries' | 'events',
    filter: HistoryFilter,
    page: PageOrder,
  ): Promise<Asked[]> => {
    const asked: Asked[] = [];
    const ask = jest.spyOn(SearchSession.prototype, 'query').mockImplementation(async function (
      this: SearchSession,
      text,
      values,
    ) {
      asked.push({ text, values });
      return (await client.query(text, ['acme', ...values])).rows as never;
    });
    try {
      const tenants = new TenantDatabase(dataSource, new ApiConnections({ databasePoolSize: 2 }));
      const search = new HistorySearchRepository(tenants, new SystemClock(), { retentionDays: 30 });
      await (list === 'events' ? search.findEvents('acme', filter, page) : search.findDeliveries('acme', filter, page));
    } finally {
      ask.mockRestore();
    }
    return asked;
  };
  const readsRows = ({ text }: Asked): boolean => text.startsWith('select p.*');

  /** The indexes of the tables that are searched, named as those of the parent table, and what a plan must not do. */
  const judge = async (asked: readonly Asked[]): Promise<{ servedBy: string[]; forbidden: string[] }> => {
    const indexes = new Set<string>();
    const forbidden = new Set<string>();
    await client.query(BEGIN_SEARCH);
    for (const { text, values } of asked) {
      const explained = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`explain (format json) ${text}`, [
        'acme',
        ...values,
      ]);
      for (const node of nodesOf(explained.rows[0]!['QUERY PLAN'][0].Plan)) {
        const index = node['Index Name'];
        if (index !== undefined) indexes.add(parents.get(index) ?? index);
        if (index !== undefined && node['Index Cond'] === undefined) forbidden.add(`${index} without a condition`);
        if (FORBIDDEN.test(node['Node Type'])) forbidden.add(`${node['Node Type']} on ${node['Relation Name']}`);
      }
    }
    await client.query('rollback');
    return { servedBy: [...indexes].sort(), forbidden: [...forbidden] };
  };

  describe.each<[string, () => Promise<void>]>([
    ['with empty tables', empty],
    [
      'with full tables, analysed',
      async () => {
        await empty();
        await fill();
        await database.query('analyze');
      },
    ],
    [
      'with full tables that were analysed while they were empty',
      async () => {
        await empty();
        await fill();
      },
    ],
  ])('%s', (_, arrange) => {
    beforeAll(arrange);

    it.each(SEARCHES)(
      'finds %s of the %s by the indexes that were made for it',
      async (_name, list, query, servedBy) => {
        const { servedBy: used, forbidden } = await judge(
          (await statementsOf(list, query)).filter((each) => !readsRows(each)),
        );

        expect(forbidden).toEqual([]);
        expect(used).toEqual(wantedOf(servedBy, used));
      },
    );

    it.each(replaySearches({ days: DAYS, subscription: own.subscription, other: own.other }))(
      'finds %s among the %s by the indexes that were made for it',
      async (_name, list, filter, servedBy) => {
        const asked = await statementsFor(list, filter, { direction: 'newer', limit: 50 });
        const { servedBy: used, forbidden } = await judge(asked.filter((each) => !readsRows(each)));

        expect(forbidden).toEqual([]);
        expect(used).toEqual(wantedOf(servedBy, used));
      },
    );
  });

  it.each([
    ['analysed', true],
    ['analysed while they were empty', false],
  ])('the rows of a page are read by their primary keys, with full tables that were %s', async (_, isFresh) => {
    await empty();
    await fill();
    if (isFresh) await database.query('analyze');
    const [reading] = (await statementsOf('deliveries', { status: 'failed,delivered' })).filter(readsRows) as [Asked];

    await client.query(BEGIN_SEARCH);
    const explained = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `explain (format json) ${reading.text}`,
      ['acme', ...reading.values],
    );
    await client.query('rollback');

    const reads = nodesOf(explained.rows[0]!['QUERY PLAN'][0].Plan).filter((node) => node['Index Name'] !== undefined);
    expect(reads.length).toBeGreaterThan(4);
    // A range alone would read the events of all tenants between the oldest and the newest of the page.
    for (const node of reads) expect(node['Index Cond']).toMatch(/\bid = |\bdelivery_id = /);
  });

  it.each([
    ['analysed', true],
    ['analysed while it was empty', false],
  ])(
    'deleting a subscription finds what is unfinished by its index, with a full table that was %s',
    async (_, isFresh) => {
      await empty();
      await fill();
      if (isFresh) await database.query('analyze');
      const asked: Asked[] = [];
      const query = (_tenant: string, text: string, values: unknown[]): unknown[] => {
        asked.push({ text, values });
        return [];
      };
      const commands = new DeliveryCommandRepository({ query } as unknown as TenantDatabase);
      await commands.cancelAllOf({} as Tx, 'acme', own.subscription);

      const [{ text, values }] = asked as [Asked];
      const explained = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`explain (format json) ${text}`, [
        'acme',
        ...values,
      ]);

      const nodes = nodesOf(explained.rows[0]!['QUERY PLAN'][0].Plan);
      const reads = nodes.filter(
        (node) => node['Relation Name'] === 'open_deliveries' && node['Index Name'] !== undefined,
      );
      expect(nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
      expect(reads.map((node) => node['Index Name'])).toContain('open_deliveries_subscription');
    },
  );
});
