import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { FaultyPostgres } from '../support/faulty-postgres.js';
import { migrateQuietly } from '../support/migrate-quietly.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('connections to PostgreSQL that went silent while new ones work', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let service: ServiceProcess;
  let receiver: ScriptedReceiver;

  beforeEach(async () => {
    database = await createTestDatabase();
    const url = new URL(database.url);
    proxy = await TcpProxy.start(Number(url.port));
    url.port = String(proxy.port);
    receiver = await ScriptedReceiver.start();
    service = await startService({ entry: 'main', settings: fastSettings(database, { DATABASE_URL: url.href }) });
  });

  afterEach(async () => {
    await service.stop();
    await proxy.stop();
    await receiver.close();
    await database.drop();
  });

  it('are all given up at the first failure, so that the service fails once, not once per connection', async () => {
    const api = new ApiClient(service.url);
    const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });
    const uses = {
      publishing: () => api.request('POST', `/ingest/${id}`, { body: { n: 1 } }),
      changes: () => api.request('PATCH', `/subscriptions/${id}`, { body: { description: 'changed' } }),
      readiness: () => api.request('GET', '/health/ready'),
    };
    const succeeds = async (use: () => Promise<{ status: number }>): Promise<boolean> => (await use()).status < 300;

    // As many connections as the pool holds.
    await Promise.all(Array.from({ length: 20 }, () => Promise.all(Object.values(uses).map(succeeds))));
    proxy.halfOpen();

    await Promise.all(
      Object.values(uses).map((use) => eventually(() => succeeds(use), { until: Boolean, timeoutMs: 90_000 })),
    );

    // Its log may be read later than its answers.
    const givenUp = await eventually(() => service.logs.filter(({ msg }) => msg === 'database.connections_given_up'), {
      until: (lines) => lines.some(({ connections }) => (connections as number) > 3),
    });
    // A statement on another connection at the first failure may fail, too.
    expect(givenUp.length).toBeLessThanOrEqual(Object.keys(uses).length);
  });
});

describe('a primary that stops taking writes and keeps its connections', () => {
  const servers: FaultyPostgres[] = [];
  let proxy: TcpProxy;
  let service: ServiceProcess;
  let receiver: ScriptedReceiver;
  let api: ApiClient;
  let old: FaultyPostgres;

  beforeEach(async () => {
    old = await startServer();
    proxy = await TcpProxy.start(Number(new URL(old.url).port));
    receiver = await ScriptedReceiver.start();
    const database = { url: old.url } as TestDatabase;
    const url = new URL(old.url);
    url.port = String(proxy.port);
    service = await startService({ entry: 'main.api', settings: fastSettings(database, { DATABASE_URL: url.href }) });
    api = new ApiClient(service.url);
  });

  afterEach(async () => {
    await service.stop();
    await proxy.stop();
    await receiver.close();
    for (const server of servers.splice(0)) await server.stop();
  });

  async function startServer(): Promise<FaultyPostgres> {
    const server = await FaultyPostgres.start({ directory: await mkdtemp(join(tmpdir(), 'webhooks-lost-')) });
    servers.push(server);
    return server;
  }
  /** The successor of the old primary: it knows the same password, and holds the subscription in another state. */
  async function startNext(description: string): Promise<FaultyPostgres> {
    const next = await startServer();
    await migrateQuietly(next.url);
    const [row] = await on<{ row: object }>(old, 'select to_jsonb(s) as row from subscriptions s');
    await on(next, 'insert into subscriptions select * from jsonb_populate_record(null::subscriptions, $1)', [
      { ...row!.row, description },
    ]);
    await on(next, `alter role postgres password '${new URL(old.url).password}'`);
    return next;
  }
  const on = async <Row extends object>(server: FaultyPostgres, text: string, values?: unknown[]): Promise<Row[]> => {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  };
  const demote = async (server: FaultyPostgres, isReadOnly: boolean): Promise<void> => {
    await on(server, `alter system set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
    await on(server, 'select pg_reload_conf()');
  };

  it('causes 503 and unreadiness, and is left for the server that its address leads to', async () => {
    const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });
    const change = () => api.request('PATCH', `/subscriptions/${id}`, { body: { description: 'changed' } });
    const publish = () => api.request('POST', `/ingest/${id}`, { body: { n: 1 } });
    await Promise.all(Array.from({ length: 20 }, () => Promise.all([change(), publish()])));
    const next = await startNext('as the new primary knows it');

    await demote(old, true);
    const refused = await Promise.all([change(), publish(), change(), publish()]);
    for (const { status, headers } of refused) {
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toBe('1');
    }
    await eventually(() => api.request('GET', '/health/ready'), { until: ({ status }) => status === 503 });

    proxy.leadTo(Number(new URL(next.url).port));
    await eventually(() => api.request('GET', '/health/ready'), { until: ({ status }) => status === 200 });
    expect(await api.request('GET', `/subscriptions/${id}`)).toMatchObject({
      status: 200,
      body: { description: 'as the new primary knows it' },
    });
    expect((await change()).status).toBe(200);
    expect((await publish()).status).toBe(202);
  });

  it('is noticed even without writes and readiness checks, so that reads do not stay stale', async () => {
    const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });
    const next = await startNext('new');

    proxy.leadTo(Number(new URL(next.url).port));
    await demote(old, true);

    await eventually(() => api.request('GET', `/subscriptions/${id}`), {
      until: ({ status, body }) => status === 200 && (body as { description: string }).description === 'new',
    });
  });
});
