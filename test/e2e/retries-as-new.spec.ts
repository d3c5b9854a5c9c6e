import { ApiClient, type DeliveryWithAttemptsAnswer } from '../support/api-client.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { ScriptedReceiver, respond } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { verifyWebhook } from '../support/standard-webhooks.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('a retry as a new message, with real PostgreSQL, Redis and a receiver', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  let settings: Record<string, string>;
  let api: ApiClient;

  const start = async (): Promise<void> => {
    service = await startService({ entry: 'main', settings });
    api = new ApiClient(service.url);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    settings = fastSettings(database, PATIENT);
    await start();
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  const retry = (id: string, body: object) =>
    api.expect<DeliveryWithAttemptsAnswer>(202, 'POST', `/deliveries/${id}/retry`, { body });

  it('has a webhook-id of its own, which is signed, shown, and kept over attempts, restarts and later retries', async () => {
    const { id, secret } = await api.createSubscription({ target_url: receiver.url('/new'), event_type: 'a' });
    const { task_id: first, event_id: eventId } = await api.publish(id, { n: 1 });
    expect(await api.untilFinal(first)).toMatchObject({ status: 'delivered', webhook_id: eventId });

    // Paused, it is still open when the service stops.
    await api.expect(200, 'PATCH', `/subscriptions/${id}`, { body: { state: 'paused' } });
    const renewed = await retry(first, { as_new: true });
    expect(renewed).toMatchObject({ webhook_id: renewed.id, event_id: eventId, retry_of: first });
    await service.stop();
    await start();
    expect(await api.status(renewed.id)).toMatchObject({ status: 'pending', webhook_id: renewed.id });
    receiver.script('/new', respond(503), respond(200));
    await api.expect(200, 'PATCH', `/subscriptions/${id}`, { body: { state: 'active' } });

    expect(await api.untilFinal(renewed.id)).toMatchObject({ status: 'delivered', attempt_count: 2, webhook_id: renewed.id }); // prettier-ignore
    const same = await retry(renewed.id, {});
    expect(await api.untilFinal(same.id)).toMatchObject({ webhook_id: renewed.id, retry_of: renewed.id });
    const plain = await api.expect<DeliveryWithAttemptsAnswer>(202, 'POST', `/deliveries/${first}/retry`);
    expect(await api.untilFinal(plain.id)).toMatchObject({ webhook_id: eventId });
    const ids = receiver.requestsTo('/new').map((request) => {
      verifyWebhook(secret, request);
      return request.headers['webhook-id'];
    });
    expect(ids).toEqual([eventId, renewed.id, renewed.id, renewed.id, eventId]);
  });
});
