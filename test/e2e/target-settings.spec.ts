import { ApiClient, type ProblemAnswer } from '../support/api-client.js';
import { ConnectProxy } from '../support/connect-proxy.js';
import { destinationOf, destinationsOf, TELLS_DESTINATIONS } from '../support/destinations.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const PASSWORD = 'hunter2';

describe('a service with settings for targets, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  let api: ApiClient;

  beforeEach(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
  });

  afterEach(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  const start = async (settings: Readonly<Record<string, string>>): Promise<void> => {
    service = await startService({
      entry: 'main',
      settings: fastSettings(database, { ...PATIENT, ...settings }),
      preloads: [TELLS_DESTINATIONS],
    });
    api = new ApiClient(service.url);
  };

  it('refuses http and other ports where they are closed, at create, update, test and connect', async () => {
    const { port } = new URL(receiver.url());
    await start({ REQUIRE_HTTPS: 'true', ALLOWED_TARGET_PORTS: `443,${port}` });
    for (const [url, setting] of [
      [receiver.url(), 'REQUIRE_HTTPS'],
      ['https://127.0.0.1:8443/', 'ALLOWED_TARGET_PORTS'],
    ] as const) {
      const { id } = await api.createSubscription(aSubscription({ target_url: `https://127.0.0.1:${port}/` }));
      const body = aSubscription({ target_url: url });
      const refusals = [
        await api.request('POST', '/subscriptions', { body }),
        await api.request('PUT', `/subscriptions/${id}`, { body }),
        await api.request('PATCH', `/subscriptions/${id}`, { body: { target_url: url } }),
      ];
      await database.query('update subscriptions set target_url = $1', [url]);
      refusals.push(await api.request('POST', `/subscriptions/${id}/test`));
      for (const { status, body: problem } of refusals) {
        const [fault] = (problem as ProblemAnswer).errors!;
        expect([status, fault?.pointer]).toEqual([422, '/target_url']);
        expect(fault?.detail).toContain(setting);
      }

      const { status, last_error: error } = await api.untilFinal((await api.publish(id, { order: 42 })).task_id);
      expect([status, error?.code]).toEqual(['failed', 'blocked_address']);
      expect(error?.message).toContain(setting);
    }
    expect(destinationsOf(service)).not.toContain(destinationOf(receiver.url()));
  });

  it('delivers only through the egress proxy and to checked addresses, and never reveals the password of the proxy', async () => {
    const proxy = await ConnectProxy.start(Number(new URL(receiver.url()).port));
    try {
      await start({ ALLOWED_TARGET_CIDRS: '', EGRESS_PROXY_URL: proxy.url(`me:${PASSWORD}@`) });
      const { id } = await api.createSubscription(aSubscription({ target_url: 'http://1.1.1.1/hook' }));

      expect(await api.untilFinal((await api.publish(id, { order: 1 })).task_id)).toMatchObject({
        status: 'delivered',
      });
      proxy.behaviour = { answers: 'HTTP/1.1 403 Forbidden\r\n\r\n' };
      await database.query(`update subscriptions set target_url = 'http://1.1.1.2/hook', max_attempts = 2`);
      const refused = await api.untilFinal((await api.publish(id, { order: 2 })).task_id);
      await database.query(`update subscriptions set target_url = 'http://127.0.0.1/hook'`);
      const blocked = await api.untilFinal((await api.publish(id, { order: 3 })).task_id);

      expect(refused).toMatchObject({ status: 'failed', attempt_count: 2, last_error: { code: 'proxy_failure' } });
      expect(blocked).toMatchObject({ status: 'failed', last_error: { code: 'blocked_address' } });
      expect(proxy.authorities).toEqual(['1.1.1.1:80', '1.1.1.2:80', '1.1.1.2:80']);
      expect(receiver.requestsTo('/hook')).toHaveLength(1);
      const { DATABASE_URL: postgres = '', REDIS_URL: redis = '' } = fastSettings(database);
      expect(destinationsOf(service)).toEqual(new Set([postgres, redis, proxy.url()].map(destinationOf)));
      expect(service.output() + JSON.stringify([refused, blocked])).not.toContain(PASSWORD);
    } finally {
      await proxy.stop();
    }
  });
});
