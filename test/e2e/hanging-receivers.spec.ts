import { createTenant } from '../support/access.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { hang, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** More than a worker has slots. */
const HANGING = 300;
const EVENTS = 50;
const TENANTS = ['neighbour', 'crowd'] as const;

/** test/long/hanging-receivers.spec.ts measures how much they delay others, with more of them. */
describe('more subscriptions with hanging receivers, all of one tenant, than a worker has slots', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  const clients = {} as Record<(typeof TENANTS)[number], ApiClient>;
  const soundOf = {} as Record<(typeof TENANTS)[number], string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    receiver.script('/hangs', hang());
    service = await startService({
      entry: 'main',
      settings: fastSettings(database, { ...PATIENT, SHUTDOWN_TIMEOUT: '1', LOG_LEVEL: 'info' }),
    });
    const admin = new ApiClient(service.url, { validate: false });
    for (const tenant of TENANTS) {
      await createTenant(admin, tenant);
      clients[tenant] = new ApiClient(service.url, { validate: false, headers: { 'x-tenant': tenant } });
      soundOf[tenant] = await subscribe(clients[tenant], `/${tenant}`);
      await publishInTurn(tenant, 10);
    }
    const { crowd } = clients;
    for (let n = 0; n < HANGING; n += 20) {
      await Promise.all(Array.from({ length: 20 }, () => subscribe(crowd, '/hangs', 'order.hangs')));
    }
    expect((await crowd.broadcast('order.hangs', {})).deliveries).toBe(HANGING);
    await eventually(() => receiver.requestsTo('/hangs'), { until: ({ length }) => length >= 100 });
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  const subscribe = async (client: ApiClient, path: string, type = 'order.created'): Promise<string> => {
    const input = { target_url: receiver.url(path), event_type: type, timeout: 120 };
    return (await client.createSubscription(input)).id;
  };

  /** Waits until each event is received before publishing the next. */
  const publishInTurn = async (tenant: (typeof TENANTS)[number], events: number): Promise<void> => {
    for (let n = 0; n < events; n += 1) {
      const { event_id: event } = await clients[tenant].publish(soundOf[tenant], { n });
      await eventually(() => receiver.requestsTo(`/${tenant}`).some(({ webhookId }) => webhookId === event), {
        until: Boolean,
      });
    }
  };

  it.each(TENANTS)('do not delay a sound receiver of the %s', async (tenant) => {
    await publishInTurn(tenant, EVENTS);

    // Every request that hung at the beginning still hangs.
    expect(receiver.requestsTo('/hangs').filter(({ endedAt }) => endedAt !== null)).toEqual([]);
  });

  it('leave slots to a new subscription of another tenant', async () => {
    const id = await subscribe(clients.neighbour, '/new');
    await clients.neighbour.publish(id, {});
    await eventually(() => receiver.requestsTo('/new'), { until: ({ length }) => length === 1 });
  });
});
