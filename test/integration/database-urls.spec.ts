import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { LocalServer } from '../../src/local/local-server.js';
import { migrationDataSource } from '../../src/shared/database/data-source.js';
import { HotPath } from '../../src/shared/database/hot-path.js';
import { literalStatement } from '../support/literal-statement.js';
import { startPreparedPostgres } from '../support/prepared-postgres.js';
import { silentLogger } from '../support/silent-logger.js';

const PASSWORD = "p /?#%@:+ä'";
const WHO = 'select current_user as user, current_database() as database, inet_server_addr() is null as "isSocket"';

/** Real: its own PostgreSQL, which also listens on a Unix socket. TypeORM and the hot path must agree on each URL. */
describe('an address of PostgreSQL, as both pools read it', () => {
  let server: LocalServer;
  let sockets: string;
  let port: string;

  beforeAll(async () => {
    sockets = await mkdtemp(join(tmpdir(), 'webhooks-sockets-'));
    await chmod(sockets, 0o777);
    const directory = await mkdtemp(join(tmpdir(), 'webhooks-urls-'));
    const settings = { unix_socket_directories: sockets };
    server = await startPreparedPostgres({ directory, isTemporary: true, settings });
    ({ port } = new URL(server.url));
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query(`create role "some one" login password '${PASSWORD.replaceAll("'", "''")}'`);
    await client.query('create database "some base" owner "some one"');
    await client.end();
  });

  afterAll(async () => {
    await server.stop();
    await rm(sockets, { recursive: true, force: true });
  });

  it.each<[string, boolean]>([
    ['postgres://USER:PASSWORD@127.0.0.1:PORT/BASE', false],
    ['postgresql://USER:PASSWORD@localhost:PORT/BASE?sslmode=disable', false],
    ['postgres://USER:PASSWORD@/BASE?port=PORT', false],
    ['postgres://USER:PASSWORD@/BASE?host=SOCKETS&port=PORT', true],
    ['postgres://USER:PASSWORD@localhost:PORT/BASE?host=SOCKETS', true],
    ['postgres://USER:PASSWORD@ENCODED:PORT/BASE', true],
    ['postgres:///BASE?host=SOCKETS&port=PORT&user=USER&password=PASSWORD', true],
    ['postgres://127.0.0.1:PORT?dbname=BASE&user=USER&password=PASSWORD&query_timeout=1&max=0', false],
  ])('is %s', async (form, isSocket) => {
    const databaseUrl = form
      .replace('USER', 'some%20one')
      .replace('PASSWORD', encodeURIComponent(PASSWORD))
      .replace('BASE', 'some%20base')
      .replace('PORT', port)
      .replace('SOCKETS', sockets)
      .replace('ENCODED', encodeURIComponent(sockets));
    const hotPath = new HotPath({ databaseUrl, databasePoolSize: 1 }, silentLogger);
    const dataSource = await migrationDataSource(databaseUrl).initialize();
    const expected = [{ user: 'some one', database: 'some base', isSocket }];

    expect(await hotPath.query(literalStatement('who', WHO))).toEqual(expected);
    expect(await dataSource.query(WHO)).toEqual(expected);

    await dataSource.destroy();
    await hotPath.onApplicationShutdown();
  });

  it('may name the schema, but nothing that the service relies on', async () => {
    const url = new URL(server.url);
    url.searchParams.set('options', '-c search_path=other -c synchronous_commit=off -c statement_timeout=1');
    const hotPath = new HotPath({ databaseUrl: url.href, databasePoolSize: 1 }, silentLogger);

    const text = `select current_setting('search_path') as path, current_setting('synchronous_commit') as commit,
      current_setting('statement_timeout') as timeout`;
    expect(await hotPath.query(literalStatement('settings', text))).toEqual([
      { path: 'other', commit: 'on', timeout: '4s' },
    ]);

    await hotPath.onApplicationShutdown();
  });
});
