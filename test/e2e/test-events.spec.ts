import { ApiClient, type ProblemAnswer, type PublishedAnswer } from '../support/api-client.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('a test event, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  let api: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    service = await startService({ entry: 'main', settings: fastSettings(database) });
    api = new ApiClient(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  it('reaches a subscription whatever types it wants, signed and with a history like any other', async () => {
    const { id } = await api.createSubscription(aSubscription({ target_url: receiver.url('/test') }));

    const answer = await api.request('POST', `/subscriptions/${id}/test`);

    expect(answer.status).toBe(202);
    const { task_id: taskId, event_id: eventId } = answer.body as PublishedAnswer;
    expect(await api.untilFinal(taskId)).toMatchObject({ status: 'delivered', event_type: 'webhook.test' });
    const [request] = receiver.requestsTo('/test');
    expect(request!.headers).toMatchObject({ 'webhook-id': eventId, 'x-event-type': 'webhook.test' });
    expect(JSON.parse(request!.body.toString())).toMatchObject({ type: 'webhook.test', data: { subscription_id: id } });
  });

  it('is refused when the target is no longer allowed', async () => {
    const { id } = await api.createSubscription(aSubscription());
    await database.query(`update subscriptions set target_url = 'http://169.254.169.254/' where tenant_id = 'default'`);

    const answer = await api.request('POST', `/subscriptions/${id}/test`);

    expect(answer.status).toBe(422);
    expect((answer.body as ProblemAnswer).errors).toEqual([
      { pointer: '/target_url', detail: expect.stringContaining('link-local') as string },
    ]);
    expect(await database.query('select 1 from open_deliveries')).toEqual([]);
  });

  it.each([
    ['application/json', '{}'],
    ['application/json', ' { } \n'],
    ['application/json', ''],
    ['application/x-www-form-urlencoded', ''],
  ])('takes an empty body as none: %s, %j', async (type, body) => {
    const { id } = await api.createSubscription(aSubscription());
    const headers = { 'content-type': type };

    expect(await api.request('POST', `/subscriptions/${id}/test`, { headers, body })).toMatchObject({ status: 202 });
  });

  it('accepts no body, because it would be ignored', async () => {
    const { id } = await api.createSubscription(aSubscription());

    expect(await api.request('POST', `/subscriptions/${id}/test`, { body: { order: 42 } })).toMatchObject({
      status: 422,
    });
  });
});
