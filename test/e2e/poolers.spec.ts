import { HotPath } from '../../src/shared/database/hot-path.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { literalStatement } from '../support/literal-statement.js';
import { PgBouncer } from '../support/pgbouncer.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { silentLogger } from '../support/silent-logger.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const EVENTS = 50;

/** Real: PgBouncer between the service and PostgreSQL, with stock settings. */
describe('a pooler in front of PostgreSQL', () => {
  let database: TestDatabase;
  let pooler: PgBouncer;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterEach(() => pooler.stop());

  afterAll(() => database.drop());

  function start(given: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
    return startService({ entry: 'main', settings: fastSettings(database, { DATABASE_URL: pooler.url, ...given }) });
  }

  it('in session mode carries the whole service', async () => {
    pooler = await PgBouncer.start(database.url, 'session');
    const receiver = await ScriptedReceiver.start();
    const service = await start();
    const api = new ApiClient(service.url);
    const { id } = await api.createSubscription({ target_url: receiver.url('/'), event_type: 'a' });

    const published = await Promise.all(Array.from({ length: EVENTS }, (_, n) => api.publish(id, { n })));
    const deliveries = await Promise.all(published.map((event) => api.untilFinal(event.task_id)));

    expect(new Set(deliveries.map(({ status }) => status))).toEqual(new Set(['delivered']));
    expect(await service.stop()).toBe(0);
    await receiver.close();
  });

  it('in session mode leaves the settings in place that statements rely on, and those that the URL names', async () => {
    pooler = await PgBouncer.start(database.url, 'session');
    const url = new URL(pooler.url);
    url.searchParams.set('options', '-c search_path=other --work_mem=7MB');
    const hotPath = new HotPath({ databaseUrl: url.href, databasePoolSize: 1 }, silentLogger);

    const names = ['statement_timeout', 'enable_seqscan', 'plan_cache_mode', 'search_path', 'work_mem'];
    const text = `select ${names.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`;
    expect(await hotPath.query(literalStatement('settings', text))).toEqual([
      {
        statement_timeout: '4s',
        enable_seqscan: 'off',
        plan_cache_mode: 'force_generic_plan',
        search_path: 'other',
        work_mem: '7MB',
      },
    ]);

    await hotPath.onApplicationShutdown();
  });

  it.each(['transaction', 'statement'] as const)('in %s mode is refused at the start, by name', async (mode) => {
    pooler = await PgBouncer.start(database.url, mode);

    const failure = await start().then(String, String);

    expect(failure).toContain('DATABASE_URL leads to a pooler in transaction or statement mode');
    expect(failure).toContain('pool_mode = session');
  });

  it('that changes to transaction mode later makes the service unready until it changes back', async () => {
    pooler = await PgBouncer.start(database.url, 'session');
    const service = await start();
    const ready = async (): Promise<{ status: number; body: string }> => {
      const answer = await fetch(`${service.url}/health/ready`);
      return { status: answer.status, body: await answer.text() };
    };

    await pooler.changeMode('transaction');
    // Sessions of the former mode last as long as their connections.
    await database.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    const named = await eventually(ready, { until: ({ body }) => body.includes('A pooler must use session mode') });
    await pooler.changeMode('session');
    await eventually(ready, { until: ({ status }) => status === 200 });

    expect(named.status).toBe(503);
    expect(await service.stop()).toBe(0);
  });
});
