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
import type * as ApiClients from './api-client.js';
import type * as OpenServices from './open-service.js';
import type * as PreparedPostgres from './prepared-postgres.js';

/** Passed to the teardown on `globalThis`. Both run in the process that started the tests. */
export interface TestServers {
  testServers?: LocalServer[];
  testDirectory?: string;
}

/** Has the present schema and no rows. */
const TEMPLATE = 'webhooks_template';

/**
 * Prepares a cluster of PostgreSQL for all that start one of their own. Starts one PostgreSQL and one Redis for all other
 * test files, and sets TEST_DATABASE_URL and TEST_REDIS_URL.
 */
export default async function startTestServers({ rootDir }: { rootDir: string }): Promise<void> {
  const built = await loadBuilt(rootDir);
  const directory = mkdtempSync(join(tmpdir(), 'webhooks-test-'));
  // PostgreSQL may run as another user, which must be able to enter its directory.
  await chmod(directory, 0o755);
  const servers: LocalServer[] = [];
  Object.assign(globalThis, { testServers: servers, testDirectory: directory } satisfies TestServers);
  process.env['TEST_COMPILE_CACHE'] = join(directory, 'compile-cache');
  process.env['TEST_CLUSTER'] = await prepareCluster(join(directory, 'prepared'), built);
  const postgres = await built.startPreparedPostgres({ directory: join(directory, 'shared'), isTemporary: true });
  servers.push(postgres);
  await makeTemplate(postgres.url);
  const redis = await built.startLocalRedis({ directory, port: 'free' });
  if (redis === null) throw new Error('The tests need redis-server or valkey-server on PATH.');
  servers.push(redis);
  process.env['TEST_DATABASE_URL'] = postgres.url;
  process.env['TEST_TEMPLATE_DATABASE'] = TEMPLATE;
  process.env['TEST_REDIS_URL'] = redis.url;
  if (process.env['TEST_LIBRARIES'] !== undefined) await compile(built);
}

type Built = Awaited<ReturnType<typeof loadBuilt>>;

/** @returns the directory of a cluster with the present schema, which no server uses */
async function prepareCluster(directory: string, { startEmbeddedPostgres, migrateTo }: Built): Promise<string> {
  const postgres = await startEmbeddedPostgres({ directory });
  await makePasswordCheap(postgres.url);
  await migrateTo(postgres.url);
  await postgres.stop();
  return join(postgres.directory, 'cluster');
}

/** Processes and tests open thousands of connections, and for each, a client would hash the password 4,096 times. */
async function makePasswordCheap(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('set scram_iterations = 1');
  await client.query(`alter user postgres password ${client.escapeLiteral(decodeURIComponent(new URL(url).password))}`);
  await client.end();
}

/** Makes the template of test databases. None of them outlives its server, so nothing waits for the disk. */
async function makeTemplate(url: string): Promise<void> {
  const source = new URL(url).pathname.slice(1);
  const client = new Client({ connectionString: Object.assign(new URL(url), { pathname: '/postgres' }).href });
  await client.connect();
  for (const setting of ['fsync', 'full_page_writes']) await client.query(`alter system set ${setting} = off`);
  await client.query('select pg_reload_conf()');
  await client.query(`create database ${TEMPLATE} template ${source}`);
  await client.end();
}

/** Lets one process deliver, so that all others find compiled what they run. */
async function compile({ startOpenService, ApiClient }: Built): Promise<void> {
  const { service, receiver, stop } = await startOpenService('main');
  const api = new ApiClient(service.url, { validate: false });
  const { id } = await api.createSubscription({ target_url: receiver.url('/'), event_type: 'a' });
  await api.untilFinal((await api.publish(id, {})).task_id);
  await stop();
}

/**
 * Imports built files. Jest does not transform modules in a global setup, and Node.js alone cannot load the sources.
 */
async function loadBuilt(rootDir: string) {
  const build = (path: string): string => join(rootDir, 'dist', path);
  const postgres = (await import(build('src/local/embedded-postgres.js'))) as typeof EmbeddedPostgres;
  const redis = (await import(build('src/local/local-redis.js'))) as typeof LocalRedis;
  const { migrate } = (await import(build('src/shared/database/migrate.js'))) as typeof Migrations;
  const { SystemClock } = (await import(build('src/shared/time/clock.js'))) as typeof Clocks;
  const prepared = (await import(build('test/support/prepared-postgres.js'))) as typeof PreparedPostgres;
  const { ApiClient } = (await import(build('test/support/api-client.js'))) as typeof ApiClients;
  const { startOpenService } = (await import(build('test/support/open-service.js'))) as typeof OpenServices;
  const ignore = (): void => undefined;
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const migrateTo = (url: string) => migrate(url, { clock: new SystemClock(), logger });
  return { ...postgres, ...redis, ...prepared, migrateTo, ApiClient, startOpenService };
}
