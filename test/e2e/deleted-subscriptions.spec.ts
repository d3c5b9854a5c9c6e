import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const NOTHING = { secrets: [], headers: {}, auth: null, shown_headers: [] };

describe('deleted subscriptions, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  let api: ApiClient;

  beforeEach(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    await start();
  });

  afterEach(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  const start = async (): Promise<void> => {
    service = await startService({ entry: 'main', settings: fastSettings(database, { RETENTION_DAYS: '30' }) });
    api = new ApiClient(service.url);
  };
  const kept = () =>
    database.query('select secrets, headers, auth, shown_headers from subscriptions where deleted_at is not null');

  it('keep their history, and nothing secret', async () => {
    const headers = { 'X-Api-Key': 'of-header', 'X-Source': 'shop' };
    const auth = { type: 'bearer', token: 'of-auth' };
    const input = { target_url: receiver.url(), headers, shown_headers: ['X-Source'], auth };
    const { id } = await api.createSubscription(aSubscription(input));
    const { task_id: task } = await api.publish(id, { n: 1 });
    await api.untilFinal(task);

    await api.expect(204, 'DELETE', `/subscriptions/${id}`);

    expect(await kept()).toEqual([NOTHING]);
    expect(await api.status(task)).toMatchObject({ status: 'delivered', target_url: receiver.url() });
    expect(await api.deliveriesOf(id)).toMatchObject([{ id: task }]);
  });

  it('of earlier versions lose their secrets, and go when their history expires', async () => {
    for (const n of [1, 2, 3]) await api.createSubscription(aSubscription({ target_url: `https://1.1.1.1/${n}` }));
    await service.stop();
    const deleted = 'update subscriptions set state = 3, deleted_at = now() - $2::interval where target_url = $1';
    await database.query(deleted, ['https://1.1.1.1/1', '33 days']);
    await database.query(deleted, ['https://1.1.1.1/2', '31 days']);

    await start();

    await eventually(kept, {
      until: (rows) => rows.length === 1 && JSON.stringify(rows) === JSON.stringify([NOTHING]),
    });
    const left = await database.query('select target_url, secrets <> $1 as has_secret from subscriptions order by 1', [
      '[]',
    ]);
    expect(left).toEqual([
      { target_url: 'https://1.1.1.1/2', has_secret: false },
      { target_url: 'https://1.1.1.1/3', has_secret: true },
    ]);
  });

  it('count, so that a tenant cannot fill the table by making and deleting them', async () => {
    await api.expect(201, 'POST', '/tenants', { body: { id: 'busy', limits: { subscriptions: 2 } } });
    const busy = (): ApiClient => new ApiClient(service.url, { headers: { 'x-tenant': 'busy' } });
    const once = async (): Promise<void> => {
      const { id } = await busy().createSubscription(aSubscription());
      await busy().expect(204, 'DELETE', `/subscriptions/${id}`);
    };
    await once();
    await database.query(`insert into subscriptions
      select (json_populate_record(s, json_build_object('id', gen_random_uuid()))).* from subscriptions s, generate_series(1, 998)`);
    await once();

    expect(await busy().request('POST', '/subscriptions', { body: aSubscription() })).toMatchObject({
      status: 409,
      body: { code: 'too_many_deleted_subscriptions' },
    });
    await api.createSubscription(aSubscription());
    await database.query(
      `update subscriptions set deleted_at = now() - interval '40 days' where deleted_at is not null`,
    );
    await service.stop();
    await start();
    await eventually(kept, { until: ({ length }) => length === 0 });
    await once();
  });
});
