import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { ApiClient } from '../support/api-client.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { startService } from '../support/service-process.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

/** Each changes what a statement returns, promises or may do, unless the client states what it relies on. */
const AWRY: Readonly<Record<string, string>> = {
  timezone: 'Asia/Kathmandu',
  datestyle: 'German, DMY',
  intervalstyle: 'sql_standard',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  search_path: 'pg_catalog',
  // Long enough for a new connection to change them.
  statement_timeout: '500ms',
  lock_timeout: '500ms',
  idle_in_transaction_session_timeout: '500ms',
  idle_session_timeout: '500ms',
  default_transaction_isolation: 'serializable',
  default_transaction_deferrable: 'on',
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
  synchronous_commit: 'off',
  row_security: 'off',
  gin_fuzzy_search_limit: '1',
  exit_on_error: 'on',
  enable_indexscan: 'off',
  plan_cache_mode: 'force_custom_plan',
  client_encoding: 'LATIN1',
};

/** Variables that node-postgres would read. */
const ENVIRONMENT = {
  PGHOST: '192.0.2.1',
  PGPORT: '1',
  PGUSER: 'nobody',
  PGPASSWORD: 'wrong',
  PGDATABASE: 'nothing',
  PGSSLMODE: 'require',
  PGSSLNEGOTIATION: 'direct',
  PGOPTIONS: '-c search_path=pg_catalog',
  PGAPPNAME: 'other',
  PGCLIENTENCODING: 'LATIN1',
  PGCLIENT_ENCODING: 'LATIN1',
  PGREPLICATION: 'database',
  PGBINARY: '1',
  PGPASSFILE: '/nowhere',
  PGCONNECT_TIMEOUT: '0',
};

describe('the service in unusual surroundings', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;

  beforeEach(async () => {
    database = await createEmptyDatabase();
    receiver = await ScriptedReceiver.start();
  });

  afterEach(async () => {
    await receiver.close();
    await database.drop();
  });

  async function assertDelivers(settings: Readonly<Record<string, string>>): Promise<void> {
    const service = await startService({ entry: 'main', settings });
    try {
      const api = new ApiClient(service.url);
      const { id, created_at: createdAt } = await api.createSubscription({
        target_url: receiver.url('/hook'),
        event_type: 'order.created',
        description: "\\ ' ä 漢",
      });
      expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(60_000);
      const key = { 'idempotency-key': 'once' };
      const { task_id: task } = await api.publish(id, { text: "\\ ' ä 漢" }, key);
      expect((await api.publish(id, { text: "\\ ' ä 漢" }, key)).task_id).toBe(task);
      const delivery = await api.untilFinal(task);
      expect(delivery.status).toBe('delivered');
      expect(receiver.requests.at(-1)?.body.toString()).toBe(JSON.stringify({ text: "\\ ' ä 漢" }));
      expect(await api.request('GET', '/ledger')).toMatchObject({ status: 200 });
    } finally {
      await service.stop();
    }
  }

  it('works with a role and a database that have settings of their own', async () => {
    const role = `role_${randomBytes(6).toString('hex')}`;
    const url = new URL(database.url);
    const name = url.pathname.slice(1);
    await database.query(`create role ${role} login password 'right'`);
    await database.query(`alter database ${name} owner to ${role}`);
    await database.query(`alter schema public owner to ${role}`);
    for (const [setting, value] of Object.entries(AWRY)) {
      await database.query(`alter role ${role} set ${setting} = '${value}'`);
    }
    [url.username, url.password] = [role, 'right'];

    await assertDelivers(fastSettings(database, { ...PATIENT, DATABASE_URL: url.href }));

    await database.drop();
    const other = new Client({ connectionString: process.env['TEST_DATABASE_URL'] });
    await other.connect();
    await other.query(`drop role ${role}`);
    await other.end();
  });

  it('works with variables that node-postgres reads', async () => {
    await assertDelivers({ ...fastSettings(database, PATIENT), ...ENVIRONMENT });
  });

  it('works with settings that are present but empty', async () => {
    const empty = { HOST: '', PORT: '0', ENCRYPTION_KEYS: ' ', ADMIN_PORT: '', LOG_LEVEL: '', QUEUE_PREFIX: '' };
    await assertDelivers({ ...fastSettings(database, PATIENT), ...empty });
  });
});
