import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

describe('a refusal by PostgreSQL or by its operators', () => {
  const role = `role_${randomBytes(6).toString('hex')}`;
  let database: TestDatabase;
  let name: string;
  let service: ServiceProcess;
  let receiver: ScriptedReceiver;
  let api: ApiClient;
  let id: string;

  beforeAll(async () => {
    database = await createEmptyDatabase();
    const url = new URL(database.url);
    name = url.pathname.slice(1);
    await operator(`create role ${role} login password 'right'`);
    await operator(`alter database ${name} owner to ${role}`);
    await database.query(`alter schema public owner to ${role}`);
    // Nobody may be connected to a database that is renamed.
    await database.disconnect();
    [url.username, url.password] = [role, 'right'];
    receiver = await ScriptedReceiver.start();
    service = await startService({ entry: 'main', settings: fastSettings(database, { DATABASE_URL: url.href }) });
    api = new ApiClient(service.url);
    ({ id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' }));
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
    await operator(`drop role ${role}`);
  });

  /** Does something as a superuser, in another database. */
  async function operate(work: (client: Client) => Promise<unknown>): Promise<void> {
    const url = new URL(database.url);
    url.pathname = '/postgres';
    const client = new Client({ connectionString: url.href });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  }
  const operator = (...statements: string[]): Promise<void> =>
    operate(async (client) => {
      for (const statement of statements) await client.query(statement);
    });

  /** Ends those, too, that were being opened under the rules of before. */
  const endSessions = (): Promise<void> =>
    operate(async (client) => {
      const starting = `select pid from pg_stat_activity where state = 'starting'`;
      const { rows } = await client.query<{ pid: number }>(starting);
      const opened = rows.map(({ pid }) => pid);
      await eventually(() => client.query(`${starting} and pid = any($1)`, [opened]), {
        until: ({ rowCount }) => rowCount === 0,
      });
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [role]);
    });
  const calls = () =>
    Promise.all([
      api.request('POST', `/ingest/${id}`, { body: { n: 1 } }),
      api.request('PATCH', `/subscriptions/${id}`, { body: { description: 'changed' } }),
      api.request('GET', `/subscriptions/${id}`),
    ]);

  it.each<[string, (name: string) => string[], (name: string) => string[]]>([
    ['a role that may not log in', () => [`alter role ${role} nologin`], () => [`alter role ${role} login`]],
    [
      'a changed password',
      () => [`alter role ${role} password 'other'`],
      () => [`alter role ${role} password 'right'`],
    ],
    [
      'a role that may have no connections',
      () => [`alter role ${role} connection limit 0`],
      () => [`alter role ${role} connection limit -1`],
    ],
    [
      'a database that takes no connections',
      (db) => [`alter database ${db} allow_connections false`],
      (db) => [`alter database ${db} allow_connections true`],
    ],
    [
      'a renamed database',
      (db) => [`alter database ${db} allow_connections false`, `alter database ${db} rename to ${db}_away`],
      (db) => [`alter database ${db}_away rename to ${db}`, `alter database ${db} allow_connections true`],
    ],
    [
      'a role whose transactions are read-only',
      () => [`alter role ${role} set default_transaction_read_only = on`],
      () => [`alter role ${role} reset default_transaction_read_only`],
    ],
  ])('is answered with 503 and Retry-After while it lasts, and no longer: %s', async (_, begin, end) => {
    const [rule = '', ...more] = begin(name);
    await operator(rule);
    await endSessions();
    await operator(...more);
    // One statement may have been running in a session that was just ended. Another may use a session whose end has not
    // been read yet.
    const answers = [...(await calls()), ...(await calls())];
    await operator(...end(name));

    for (const { status, headers, text } of answers) {
      expect([status, text]).toEqual([503, expect.anything()]);
      expect(headers.get('retry-after')).toBe('1');
    }
    await eventually(calls, { until: (answers) => answers.every(({ status }) => status < 300) });
  });

  it('is answered with 503 when a right was revoked', async () => {
    await database.query(`revoke all on events, subscriptions from ${role}`);
    const answers = await calls();
    await database.query(`grant all on events, subscriptions to ${role}`);

    for (const { status } of answers) expect(status).toBe(503);
    await eventually(calls, { until: (answers) => answers.every(({ status }) => status < 300) });
  });

  it('goes unnoticed when a migration of another version changes what prepared statements return', async () => {
    await calls();
    await database.query('alter table events add column something text');
    await database.query('alter table idempotency_keys alter column delivery_count type bigint');
    const key = { 'idempotency-key': 'once' };

    const answers = [];
    for (let n = 0; n < 10; n += 1) answers.push(...(await calls()));
    const keyed = [];
    for (let n = 0; n < 3; n += 1)
      keyed.push(await api.request('POST', `/ingest/${id}`, { body: { n: 1 }, headers: key }));

    expect(answers.map(({ status }) => status).filter((status) => status >= 300)).toEqual([]);
    expect(keyed.map(({ status }) => status)).toEqual([202, 202, 202]);
  });
});
