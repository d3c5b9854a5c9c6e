import { mkdtempSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type * as EmbeddedPostgres from '../../src/local/embedded-postgres.js';
import type * as LocalRedis from '../../src/local/local-redis.js';
import type { LocalServer } from '../../src/local/local-server.js';
import type * as Migrations from '../../src/shared/database/migrate.js';
import type * as Clocks from '../../src/shared/time/clock.js';

/** Passed to the teardown on `globalThis`. Both run in the process that started the tests. */
export interface TestServers {
  testServers?: LocalServer[];
  testDirectory?: string;
}

/** Starts one PostgreSQL and one Redis for all test files, and sets TEST_DATABASE_URL and TEST_REDIS_URL. */
export default async function startTestServers({ rootDir }: { rootDir: string }): Promise<void> {
  const { startEmbeddedPostgres, startLocalRedis, migrateTo } = await loadBuilt(rootDir);
  const directory = mkdtempSync(join(tmpdir(), 'webhooks-test-'));
  // PostgreSQL may run as another user, which must be able to enter its directory.
  await chmod(directory, 0o755);
  const servers: LocalServer[] = [];
  Object.assign(globalThis, { testServers: servers, testDirectory: directory } satisfies TestServers);
  const postgres = await startEmbeddedPostgres({ directory, isTemporary: true });
  servers.push(postgres);
  await prepare(postgres.url, migrateTo);
  const redis = await startLocalRedis({ directory, port: 'free' });
  if (redis === null) throw new Error('The tests need redis-server or valkey-server on PATH.');
  servers.push(redis);
  process.env['TEST_COMPILE_CACHE'] = join(directory, 'compile-cache');
  process.env['TEST_DATABASE_URL'] = postgres.url;
  process.env['TEST_TEMPLATE_DATABASE'] = TEMPLATE;
  process.env['TEST_REDIS_URL'] = redis.url;
}

/** Has the present schema and no rows. */
const TEMPLATE = 'webhooks_template';

/** Makes the template of test databases. None of them outlives its server, so nothing waits for the disk. */
async function prepare(serverUrl: string, migrateTo: (url: string) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  for (const setting of ['fsync', 'full_page_writes']) await client.query(`alter system set ${setting} = off`);
  await client.query('select pg_reload_conf()');
  await makePasswordCheap(client, decodeURIComponent(new URL(serverUrl).password));
  await client.query(`create database ${TEMPLATE}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = `/${TEMPLATE}`;
  await migrateTo(url.href);
}

/** Processes and tests open thousands of connections, and for each, a client would hash the password 4,096 times. */
async function makePasswordCheap(client: Client, password: string): Promise<void> {
  await client.query('set scram_iterations = 1');
  await client.query(`alter user postgres password ${client.escapeLiteral(password)}`);
}

/**
 * Imports built files. Jest does not transform modules in a global setup, and Node.js alone cannot load the sources.
 */
async function loadBuilt(rootDir: string) {
  const local = join(rootDir, 'dist', 'src', 'local');
  const postgres = (await import(join(local, 'embedded-postgres.js'))) as typeof EmbeddedPostgres;
  const redis = (await import(join(local, 'local-redis.js'))) as typeof LocalRedis;
  const { migrate } = (await import(join(rootDir, 'dist/src/shared/database/migrate.js'))) as typeof Migrations;
  const { SystemClock } = (await import(join(rootDir, 'dist/src/shared/time/clock.js'))) as typeof Clocks;
  const ignore = (): void => undefined;
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const migrateTo = (url: string) => migrate(url, { clock: new SystemClock(), logger });
  return { ...postgres, ...redis, migrateTo };
}
