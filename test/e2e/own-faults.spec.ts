import { ApiClient, type CreatedSubscriptionAnswer } from '../support/api-client.js';
import { encryptionKeyId } from '../support/encryption-key-id.js';
import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { NameServer } from '../support/name-server.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const [RIGHT, WRONG] = ['11', '22'].map((byte) => byte.repeat(32));
const DELIVERIES = 5;
/** Deliveries may be due several times, seconds apart. */
const LONG_MS = 60_000;

describe('a fault of the service itself, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let nameServer: NameServer;
  let settings: Record<string, string>;
  let service: ServiceProcess | undefined;
  let api: ApiClient;

  beforeEach(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    nameServer = await NameServer.start({ 'hooks.example.com': { addresses: ['127.0.0.1'] } });
    settings = fastSettings(database, { ...PATIENT, DNS_SERVERS: nameServer.address });
  });

  afterEach(async () => {
    await service?.kill();
    service = undefined;
    await receiver.close();
    await nameServer.close();
    await database.drop();
  });

  /** Replaces the running process, if there is one. */
  const start = async (given: Record<string, string | undefined> = {}): Promise<void> => {
    await service?.stop();
    service = await startService({ entry: 'main', settings: { ...settings, ...given } as Record<string, string> });
    api = new ApiClient(service.url);
  };
  const subscribe = (targetUrl: string): Promise<CreatedSubscriptionAnswer> =>
    api.createSubscription({ target_url: targetUrl, event_type: 'order.created', retry: { max_attempts: 1 } });
  const publish = async (id: string): Promise<string[]> => {
    const published = await Promise.all(Array.from({ length: DELIVERIES }, (_, n) => api.publish(id, { n })));
    return published.map((each) => each.task_id);
  };
  const health = async () => (await api.request('GET', '/health')) as { status: number; body: unknown };
  const untilDegradedBy = (reason: string) =>
    eventually(health, {
      until: ({ body }) => JSON.stringify(body).includes(`"reasons":["${reason}"]`),
      timeoutMs: LONG_MS,
    });
  const expectNothingAttempted = async (tasks: readonly string[]): Promise<void> => {
    for (const id of tasks) {
      const delivery = await api.status(id);
      expect(['pending', 'in_flight']).toContain(delivery.status);
      expect(delivery.attempts).toEqual([]);
    }
    expect(receiver.requests).toEqual([]);
  };
  const expectDelivered = async (tasks: readonly string[]): Promise<void> => {
    for (const id of tasks) {
      expect(await api.untilFinal(id, LONG_MS)).toMatchObject({ status: 'delivered', attempt_count: 1 });
    }
    expect(receiver.requests).toHaveLength(DELIVERIES);
  };

  it('uses up no attempt when secrets are sealed under another key, and deliveries continue under the right one', async () => {
    await start({ ENCRYPTION_KEY: RIGHT });
    const { id } = await subscribe(receiver.url('/'));
    await start({ ENCRYPTION_KEY: WRONG, LOST_ENCRYPTION_KEYS: encryptionKeyId(RIGHT) });

    const tasks = await publish(id);
    const { status, body } = await untilDegradedBy('encryption_key');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'degraded', details: { sending: { status: 'degraded' } } });
    expect(JSON.stringify(body)).not.toContain(id);
    await expectNothingAttempted(tasks);
    const metrics = await (await fetch(`${service!.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/webhook_deliveries_postponed_total\{reason="encryption_key"\} [1-9]/);

    await start({ ENCRYPTION_KEY: RIGHT });
    await expectDelivered(tasks);
  }, 180_000);

  it('uses up no attempt when the name servers do not answer, unlike a name whose own servers do not answer', async () => {
    await start();
    const { port } = new URL(receiver.url());
    const { id } = await subscribe(`http://hooks.example.com:${port}/`);
    const { id: dead } = await subscribe(`http://dead.example.com:${port}/`);
    nameServer.isSilent = true;

    const tasks = await publish(id);
    await untilDegradedBy('resolver');
    await expectNothingAttempted(tasks);

    nameServer.isSilent = false;
    nameServer.names = { ...nameServer.names, 'dead.example.com': { failure: 'silence' } };
    await expectDelivered(tasks);
    const { task_id: task } = await api.publish(dead, {});
    expect(await api.untilFinal(task, LONG_MS)).toMatchObject({
      status: 'failed',
      attempt_count: 1,
      last_error: { code: 'timeout' },
    });
  }, 180_000);
});
