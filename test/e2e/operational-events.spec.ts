import { ApiClient, type ProblemAnswer, type PublishedAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { assertMatchesWebhook } from '../support/openapi-validator.js';
import { type ReceivedRequest, respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { verifyWebhook } from '../support/standard-webhooks.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface FailureEvent {
  readonly id: string;
  readonly summary: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Explanation {
  readonly data: readonly {
    readonly subscription_id: string;
    readonly reason: string | null;
    readonly detail: string;
  }[];
}

const FAILED = 'webhooks.delivery.failed';
const ONCE = { retry: { max_attempts: 1 } };

describe('the events that the service publishes itself, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  let api: ApiClient;
  /** Wants orders, and fails all of them. */
  let failing: string;
  let secret: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    service = await startService({ entry: 'main', settings: fastSettings(database, PATIENT) });
    api = new ApiClient(service.url);
    receiver.script('/failing', respond(500));
    const failed = {
      target_url: receiver.url('/failing'),
      event_type: 'order.created',
      description: 'Billing',
      ...ONCE,
    };
    failing = (await api.createSubscription(failed)).id;
    const told = await api.createSubscription({
      target_url: receiver.url('/told'),
      event_types: ['webhooks.*'],
      ...ONCE,
    });
    ({ secret } = told);
    await api.createSubscription({ target_url: receiver.url('/everything'), event_type: '*' });
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  /** Publishes an event that fails. Returns the id of its delivery, and the request that tells of it. */
  const failOne = async (): Promise<{ deliveryId: string; told: ReceivedRequest }> => {
    const { task_id: deliveryId } = await api.publish(failing, { n: 1 });
    await api.untilFinal(deliveryId);
    const told = await eventually(() => {
      const requests = receiver.requestsTo('/told');
      const found = requests.find(({ body }) => body.toString().includes(`"delivery_id":"${deliveryId}"`));
      if (found === undefined) throw new Error(`Nobody was told of ${deliveryId}`);
      return found;
    });
    return { deliveryId, told };
  };

  it('tell a subscription that asks for them of a failure, signed, as the document says', async () => {
    const { deliveryId, told } = await failOne();

    expect(told.headers).toMatchObject({ 'x-event-type': FAILED, 'content-type': 'application/json' });
    const event = verifyWebhook(secret, told) as FailureEvent;
    assertMatchesWebhook(FAILED, event);
    expect(event.id).toBe(told.webhookId);
    expect(event.data).toMatchObject({
      delivery_id: deliveryId,
      event_type: 'order.created',
      subscription_id: failing,
      subscription_description: 'Billing',
      target_host: '127.0.0.1',
      last_status_code: 500,
      attempt_count: 1,
      omitted: 0,
    });
    expect(event.summary).toMatch(/^The receiver answered 500.*POST \/deliveries\/dlv_\w+\/retry sends it again\.$/);
    for (const link of ['delivery_url', 'event_url', 'subscription_url']) {
      expect((await api.request('GET', event.data[link] as string)).status).toBe(200);
    }
  });

  it('are events like any other, of which an explanation says why `*` does not include them', async () => {
    const { told } = await failOne();
    const eventId = told.webhookId!;

    const { data } = await api.expect<Explanation>(200, 'GET', `/events/${eventId}/explain`);
    const [got, ...others] = data.map(({ reason }) => reason);
    expect([got, others]).toEqual([null, ['type_not_subscribed', 'type_not_subscribed']]);
    expect(data.some(({ detail }) => detail.includes('"*" does not include webhooks.*'))).toBe(true);
    const found = await api.list<{ id: string }>(`/events?event_type=${FAILED}`);
    expect(found.map(({ id }) => id)).toContain(eventId);
    expect(receiver.requestsTo('/everything').filter(({ headers }) => headers['x-event-type'] === FAILED)).toEqual([]);
  });

  it('never tell of themselves: a failure of one of them leads to no other', async () => {
    receiver.script('/told', respond(500));
    const { told } = await failOne();
    const ended = `/deliveries?status=failed&event_type=${FAILED}&event_id=${told.webhookId}`;
    await eventually(() => api.list(ended), { until: ({ length }) => length === 1 });
    receiver.script('/told', respond(200));

    // An event about the failure would come before the one about the next.
    const { told: next } = await failOne();

    const since = receiver.requestsTo('/told').slice(receiver.requestsTo('/told').indexOf(told));
    expect(since.map(({ webhookId }) => webhookId)).toEqual([told.webhookId, next.webhookId]);
  });

  it('cannot be published by clients, or be asked for by types that do not exist', async () => {
    const refused = await api.expect<ProblemAnswer>(422, 'POST', `/webhooks/${FAILED}`, { body: {} });
    expect(refused.errors).toMatchObject([{ pointer: 'event_type' }]);
    const unknown = { target_url: receiver.url('/'), event_type: 'webhooks.delivery.faled' };
    const { errors } = await api.expect<ProblemAnswer>(422, 'POST', '/subscriptions', { body: unknown });
    expect(errors).toMatchObject([{ pointer: '/event_type', detail: expect.stringContaining(FAILED) as string }]);
  });

  it('can be tried out by a test, which sends the documented example', async () => {
    const { id } = await api.createSubscription({ target_url: receiver.url('/tried'), event_type: FAILED });

    await api.expect<PublishedAnswer>(200, 'POST', `/subscriptions/${id}/test`, { body: { event_type: FAILED } });

    const [tried] = receiver.requestsTo('/tried');
    assertMatchesWebhook(FAILED, JSON.parse(tried!.body.toString()));
  });

  it('are counted', async () => {
    const metrics = await (await fetch(`${service.adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/^webhook_announcements_total\{outcome="published"\} [4-9]$/m);
    expect(metrics).toMatch(/^webhook_announcements_waiting 0$/m);
  });
});
