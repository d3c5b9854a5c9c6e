import { DataSource } from 'typeorm';
import { ApiConnections } from '../../src/shared/database/api-connections.js';
import { dataSourceOptions } from '../../src/shared/database/data-source.js';
import { SharedSessions } from '../../src/shared/database/pooler-check.js';
import { Reads } from '../../src/shared/database/reads.js';
import { OtherDatabase, ReadReplica } from '../../src/shared/database/replica/read-replica.js';
import { TenantDatabase } from '../../src/shared/database/tenant-database.js';
import { Transactions } from '../../src/shared/database/transaction.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { eventually } from '../support/eventually.js';
import { PgBouncer } from '../support/pgbouncer.js';
import { type PrimaryAndReplica, queryOn, startPrimaryAndReplica } from '../support/streaming-replica.js';

/** A role without any privilege beside reading. */
const READER = { username: 'reader', password: 'reads' };
/** The port of the server that answers, and whether it is a replica. */
const WHERE = 'select inet_server_port() as port, $1::text as tenant';
const LAG_LIMIT_MS = 2000;
/** Readings that hold a snapshot and wait for their next statement. */
const OPEN_READINGS = `select pid from pg_stat_activity
  where application_name = 'webhooks-read' and state = 'idle in transaction'`;

interface Line {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Real: a primary and a streaming replica of it. */
describe('reading from a replica', () => {
  let servers: PrimaryAndReplica;
  let primary: DataSource;
  let replica: ReadReplica;
  let reads: Reads;
  let database: TenantDatabase;
  let transactions: Transactions;
  const lines: Line[] = [];
  const log =
    (level: Line['level']) =>
    (fields: object, message: string): void => {
      lines.push({ ...fields, level, message });
    };
  const ignore = (): void => undefined;
  const logger = { debug: ignore, error: ignore, info: log('info'), warn: log('warn') };

  const portOf = (url: string): number => Number(new URL(url).port);
  const urlFor = (url: string, path = '/webhooks'): string =>
    Object.assign(new URL(url), { ...READER, pathname: path }).href;
  const replicaAt = (url: string): ReadReplica =>
    new ReadReplica(
      { url, poolSize: 4, lagLimitMs: LAG_LIMIT_MS, askPrimary: (text) => primary.query(text) },
      new SystemClock(),
      logger,
    );
  const onPrimary = <Row extends object>(text: string) => queryOn<Row>(servers.primary.url, text);
  const onReplica = <Row extends object>(text: string) => queryOn<Row>(servers.replica.url, text);

  beforeAll(async () => {
    servers = await startPrimaryAndReplica();
    await onPrimary(`create role ${READER.username} login password '${READER.password}' in role pg_read_all_data`);
    await onPrimary('create table kept as select 1 as n');
    const options = dataSourceOptions({ databaseUrl: servers.primary.url, databasePoolSize: 3 });
    primary = await new DataSource(options).initialize();
    const connections = new ApiConnections({ databasePoolSize: 3 });
    reads = new Reads(primary, connections);
    database = new TenantDatabase(primary, connections, reads);
    transactions = new Transactions(primary, connections, reads);
    replica = replicaAt(urlFor(servers.replica.url));
    await replica.start();
    reads.replica = replica;
  });

  beforeEach(async () => {
    await untilInUse();
    lines.splice(0);
  });

  afterAll(async () => {
    await replica.onApplicationShutdown();
    await primary.destroy();
    await servers.stop();
  });

  /** Times of answers that were too old to pass without. */
  const old: number[] = [];
  const lagging = <T>(work: () => Promise<T>): Promise<T> => reads.allowLag((asOfMs) => old.push(asOfMs), work);
  /** On which server a search takes place in a route that may lag. */
  const searchedOn = async (): Promise<number | undefined> => {
    const [row] = await lagging(() => database.search('acme', (session) => session.query<{ port: number }>(WHERE, [])));
    return row?.port;
  };
  const untilSearchedOn = (url: string) => eventually(searchedOn, { until: (port) => port === portOf(url) });
  const untilInUse = () => eventually(() => replica.isInUse, { until: Boolean });
  const told = (message: string): Line[] => lines.filter((line) => line.message === message);

  it('is what searches, reports and snapshots do where they may lag, and nowhere else', async () => {
    const readings = {
      search: () => database.search('acme', (session) => session.query<{ port: number }>(WHERE, [])),
      report: () => database.report<{ port: number }>('acme', WHERE, []),
      snapshot: () =>
        transactions.searchOnSnapshot('acme', (reader) => reader.query<{ port: number }[]>(WHERE, ['acme'])),
    };
    for (const read of Object.values(readings)) {
      expect(await lagging(read)).toEqual([{ port: portOf(servers.replica.url), tenant: 'acme' }]);
      expect(await read()).toEqual([{ port: portOf(servers.primary.url), tenant: 'acme' }]);
    }
    const [single] = await lagging(() => database.query<{ port: number }>('acme', WHERE, []));
    expect(single?.port).toBe(portOf(servers.primary.url));
    const connections = await onReplica(
      `select usename as role from pg_stat_activity where application_name = 'webhooks-read'`,
    );
    expect(connections).toContainEqual({ role: READER.username });
    // A busy machine may keep a replica behind for a moment.
    const countOld = async (): Promise<number> => {
      old.splice(0);
      for (const read of Object.values(readings)) await lagging(read);
      return old.length;
    };
    expect(await eventually(countOld, { until: (count) => count === 0 })).toBe(0);
  });

  it('can change nothing, whichever server it takes place on', async () => {
    for (const read of [lagging, (work: () => Promise<unknown>) => work()]) {
      for (const change of [
        () => transactions.searchOnSnapshot('acme', (reader) => reader.query('delete from kept')),
        () => database.report('acme', 'delete from kept where $1::text is not null', []),
        () => database.search('acme', (session) => session.query('delete from kept where $1::text is not null', [])),
      ]) {
        await untilInUse();
        await expect(read(change)).rejects.toMatchObject({ code: '25006' });
      }
    }
    expect(await onPrimary('select n from kept')).toEqual([{ n: 1 }]);
  });

  it('keeps the time limit of the session, and repeats nothing on the primary that was too slow', async () => {
    const ports: number[] = [];
    const slow = lagging(() =>
      database.search('acme', async (session) => {
        const [row] = await session.query<{ port: number }>(WHERE, []);
        ports.push(row!.port);
        await session.query(`select set_config('statement_timeout', '50', true), $1::text`, []);
        return session.query('select pg_sleep(60), $1::text', []);
      }),
    );
    await expect(slow).rejects.toMatchObject({ code: '57014' });
    expect(ports).toEqual([portOf(servers.replica.url)]);
  });

  it('is repeated on the primary when it conflicts with replay, without leaving the replica', async () => {
    const ports: number[] = [];
    const truncated: Promise<object[]>[] = [];
    const rows = await lagging(() =>
      database.search('acme', async (session) => {
        const [row] = await session.query<{ port: number }>(WHERE, []);
        ports.push(row!.port);
        await session.query('select count(*), $1::text from kept', []);
        // Replay of this needs a lock that the search holds until it ends.
        if (ports.length === 1) truncated.push(onPrimary('truncate kept'));
        else await truncated[0];
        const sleep = 'case when pg_is_in_recovery() then pg_sleep(60) end';
        return session.query<{ count: string }>(
          `select count(*), $1::text as tenant, (select ${sleep}::text) from kept`,
          [],
        );
      }),
    );

    expect(rows).toMatchObject([{ count: '0', tenant: 'acme' }]);
    expect(ports).toEqual([portOf(servers.replica.url), portOf(servers.primary.url)]);
    expect(await searchedOn()).toBe(portOf(servers.replica.url));
    expect(lines).toEqual([]);
  });

  it('is repeated on the primary, too, when the conflict ends the connection between two statements', async () => {
    await onPrimary('insert into kept values (1)');
    await eventually(() => onReplica('select n from kept'), { until: ({ length }) => length === 1 });
    const ports: number[] = [];
    const rows = await lagging(() =>
      database.search('acme', async (session) => {
        const [row] = await session.query<{ port: number }>(WHERE, []);
        ports.push(row!.port);
        if (ports.length === 1) {
          await session.query('select n, $1::text from kept', []);
          await onPrimary('truncate kept');
          await eventually(() => onReplica(OPEN_READINGS), { until: ({ length }) => length === 0 });
        }
        return session.query('select n, $1::text from kept', []);
      }),
    );

    expect(rows).toEqual([]);
    expect(ports).toEqual([portOf(servers.replica.url), portOf(servers.primary.url)]);
    expect(lines).toEqual([]);
  });

  it('tells up to when it is complete while replay is paused, and ends beyond the limit', async () => {
    old.splice(0);
    await onReplica('select pg_wal_replay_pause()');
    await eventually(() => onReplica<{ state: string }>('select pg_get_wal_replay_pause_state() as state'), {
      until: ([row]) => row?.state === 'paused',
    });
    await onPrimary('insert into kept values (2)');
    const [row] = await onPrimary<{ at: Date }>('select clock_timestamp() as at');
    const asOf = await eventually(
      async () => {
        await searchedOn();
        return old.at(-1);
      },
      { until: (ms) => ms !== undefined },
    );
    expect(asOf).toBeLessThan(row!.at.getTime());

    await untilSearchedOn(servers.primary.url);
    await eventually(() => replica.state.absence, { until: (absence) => absence === 'behind' });
    expect(replica.state.lagMs).toBeGreaterThan(LAG_LIMIT_MS);
    expect(told('replica.left')).toEqual([expect.objectContaining({ level: 'warn', reason: 'behind' })]);

    await onReplica('select pg_wal_replay_resume()');
    await untilSearchedOn(servers.replica.url);
    expect(told('replica.left')).toHaveLength(1);
    expect(told('replica.back')).toHaveLength(1);
  });

  it.each<
    [
      how: string,
      harm: (server: PrimaryAndReplica['replica']) => Promise<void>,
      mend: (server: PrimaryAndReplica['replica']) => void | Promise<void>,
    ]
  >([
    ['is killed', (server) => server.kill(), (server) => server.restart()],
    [
      'freezes',
      (server) => server.freeze(),
      (server) => {
        server.thaw();
      },
    ],
  ])('is repeated on the primary when the replica %s meanwhile, and returns when it is back', async (_, harm, mend) => {
    await untilSearchedOn(servers.replica.url);
    lines.splice(0);
    const ports: number[] = [];
    const rows = await lagging(() =>
      database.search('acme', async (session) => {
        const [row] = await session.query<{ port: number }>(WHERE, []);
        ports.push(row!.port);
        if (ports.length === 1) await harm(servers.replica);
        return session.query(WHERE, []);
      }),
    );
    expect(rows).toEqual([{ port: portOf(servers.primary.url), tenant: 'acme' }]);
    expect(ports).toEqual([portOf(servers.replica.url), portOf(servers.primary.url)]);
    for (let reading = 0; reading < 20; reading += 1) expect(await searchedOn()).toBe(portOf(servers.primary.url));
    expect(replica.state).toEqual({ absence: 'away', lagMs: null, isPrimary: false });
    expect(told('replica.left')).toEqual([expect.objectContaining({ reason: 'away' })]);

    await mend(servers.replica);
    await untilSearchedOn(servers.replica.url);
    expect(told('replica.back')).toHaveLength(1);
  });

  it('begins when a replica that was away at the start is there', async () => {
    await servers.replica.kill();
    const late = replicaAt(urlFor(servers.replica.url));
    await late.start();
    expect(late.state.absence).toBe('away');

    await servers.replica.restart();
    await eventually(() => late.isInUse, { until: Boolean });
    await late.onApplicationShutdown();
    await untilInUse();
  });

  describe('is refused at the start', () => {
    const startAt = async (url: string): Promise<unknown> => {
      const started = replicaAt(url);
      const failure = await started.start().catch((error: unknown) => error);
      await started.onApplicationShutdown();
      return failure;
    };

    it.each([
      ['another server', () => process.env['TEST_DATABASE_URL']!, 'its system identifier is '],
      ['another database', () => urlFor(servers.replica.url, '/postgres'), 'its database is postgres, not webhooks'],
      [
        'another schema',
        () => `${urlFor(servers.replica.url)}?options=-c%20search_path%3Dpg_catalog`,
        'its schema is pg_catalog, not public',
      ],
    ])('of %s, which is named', async (_, url, difference) => {
      const failure = await startAt(url());
      expect(failure).toBeInstanceOf(OtherDatabase);
      expect(String(failure)).toContain(`DATABASE_READ_URL leads to another database than DATABASE_URL: ${difference}`);
      expect(String(failure)).not.toContain(READER.password);
    });

    it('behind a pooler that shares sessions', async () => {
      const pooler = await PgBouncer.start(urlFor(servers.replica.url), 'transaction');
      const failure = await startAt(pooler.url);
      await pooler.stop();
      expect(failure).toBeInstanceOf(SharedSessions);
      expect(String(failure)).toContain('DATABASE_READ_URL leads to a pooler in transaction or statement mode');
    });
  });

  it('takes place on the primary if the address leads there, with a warning', async () => {
    const itself = replicaAt(urlFor(servers.primary.url));
    await itself.start();
    expect(itself.state).toEqual({ absence: null, lagMs: 0, isPrimary: true });
    expect(told('replica.is_primary')).toEqual([{ level: 'warn', message: 'replica.is_primary' }]);
    const { value, lagMs } = await itself.read('acme', {
      begin: 'begin read only',
      share: 'search',
      work: async (client) => (await client.query<{ n: number }>('select 1 as n')).rows,
    });
    expect([value, lagMs]).toEqual([[{ n: 1 }], 0]);
    await itself.onApplicationShutdown();
  });

  // The last one, because a promoted server does not become a replica again.
  it('ends when the replica is promoted, whose data may differ from then on', async () => {
    await untilSearchedOn(servers.replica.url);
    lines.splice(0);
    await onReplica('select pg_promote()');

    await untilSearchedOn(servers.primary.url);
    await eventually(() => replica.state.absence, { until: (absence) => absence === 'promoted' });
    expect(told('replica.left')).toEqual([expect.objectContaining({ reason: 'promoted' })]);
  });
});
