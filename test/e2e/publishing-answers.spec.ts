import { clientOf, createTenant } from '../support/access.js';
import { ApiClient, type ApiResponse, type BroadcastAnswer, type PublishedAnswer } from '../support/api-client.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const FORM = 'application/x-www-form-urlencoded';

interface Warned {
  readonly warnings?: readonly { readonly code: string; readonly pointer: string; readonly detail: string }[];
}

describe('the answer to a publication, with real PostgreSQL, Redis and a receiver', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let receiver: ScriptedReceiver;
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

  const publish = (path: string, type: string | undefined, headers: object = {}): Promise<ApiResponse> =>
    api.request('POST', path, { body: 'order=42', headers: { ...(type && { 'content-type': type }), ...headers } });

  it.each([FORM, `${FORM}; charset=UTF-8`, FORM.toUpperCase(), 'multipart/form-data; boundary=x'])(
    'refuses a form that nobody asked for, and accepts the same with X-Allow-Form: %s',
    async (type) => {
      const target = receiver.url(`/forms/${encodeURIComponent(type)}`);
      const { id } = await api.createSubscription({ target_url: target, event_type: 'form.sent' });
      for (const path of [`/ingest/${id}`, '/webhooks/form.sent']) {
        const refused = await publish(path, type, { 'idempotency-key': `key of ${path.length}`.replaceAll(' ', '-') });
        expect(refused).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
        expect(refused.text).toContain("-H 'Content-Type: application/json'");
      }
      expect(receiver.requestsTo(new URL(target).pathname)).toEqual([]);

      const accepted = await publish(`/ingest/${id}`, type, { 'x-allow-form': 'true' });

      expect(accepted.status).toBe(202);
      await api.untilFinal((accepted.body as PublishedAnswer).task_id);
      const [request] = receiver.requestsTo(new URL(target).pathname);
      expect([request!.headers['content-type'], request!.body.toString()]).toEqual([type, 'order=42']);
      await api.expect(204, 'DELETE', `/subscriptions/${id}`);
    },
  );

  it('warns of a payload without a content type, which it still delivers', async () => {
    const { id } = await api.createSubscription({ target_url: receiver.url('/untyped'), event_type: 'untyped' });

    for (const path of [`/ingest/${id}`, '/webhooks/untyped']) {
      const { status, body } = await publish(path, undefined);
      expect([status, (body as Warned).warnings]).toMatchObject([202, [{ code: 'content_type_missing' }]]);
    }
    for (const path of [`/ingest/${id}`, '/webhooks/untyped']) {
      // What fetch sends for a string.
      const headers = { 'content-type': 'text/plain;charset=UTF-8' };
      const { status, body } = await api.request('POST', path, { headers, body: ' {"order":42}' });
      expect([status, (body as Warned).warnings]).toMatchObject([202, [{ code: 'json_sent_as_text' }]]);
    }
    const typed = await publish(`/ingest/${id}`, 'text/plain');
    expect([typed.status, (typed.body as Warned).warnings]).toEqual([202, undefined]);
  });

  describe('that reaches nobody', () => {
    const why = async (tenant: string, eventType: string): Promise<BroadcastAnswer & Warned> =>
      api.broadcast(eventType, { order: 42 }, { 'x-tenant': tenant });
    const subscribe = (tenant: string, event_types: string[]) =>
      api.expect<{ id: string }>(201, 'POST', '/subscriptions', {
        body: aSubscription({ event_types }),
        headers: { 'x-tenant': tenant },
      });

    it('says why, with the nearest types of the tenant alone', async () => {
      for (const tenant of ['silent', 'loud']) await createTenant(api, tenant);
      await subscribe('loud', ['order.creates']);

      expect(await why('silent', 'order.create')).toMatchObject({
        deliveries: 0,
        warnings: [{ code: 'no_subscriptions', pointer: 'event_type' }],
      });

      await subscribe('silent', ['user.*', 'order.created']);
      const { warnings } = await why('silent', 'order.create');
      expect(warnings).toEqual([
        {
          code: 'type_not_subscribed',
          pointer: 'event_type',
          detail:
            'reaches nobody, because no subscription wants order.create; the nearest types with a subscription: order.created',
        },
      ]);
      const heard = await why('silent', 'order.created');
      expect([heard.deliveries, heard.warnings]).toEqual([1, undefined]);
    });

    it('says that all who want it are disabled', async () => {
      await createTenant(api, 'disabled');
      await subscribe('disabled', ['order.*']);
      await database.query(`update subscriptions set state = 2 where tenant_id = 'disabled'`);

      expect((await why('disabled', 'order.created')).warnings).toMatchObject([{ code: 'subscriptions_disabled' }]);
    });

    it('does not explain a repeated request by the subscriptions of today', async () => {
      await createTenant(api, 'keyed');
      const headers = { 'x-tenant': 'keyed', 'idempotency-key': 'again' };
      const [first, second] = [await api.broadcast('a.b', {}, headers), await api.broadcast('a.b', {}, headers)];

      const { warnings, ...answer } = first as BroadcastAnswer & Warned;
      expect(warnings).toMatchObject([{ code: 'no_subscriptions' }]);
      expect(second).toEqual(answer);
    });

    it('names no types to a publisher that may not read subscriptions', async () => {
      await createTenant(api, 'private');
      await subscribe('private', ['order.created']);
      const publisher = await clientOf(api, 'private', 'publisher');

      const { warnings } = (await publisher.broadcast('order.create', {})) as BroadcastAnswer & Warned;
      expect(warnings).toMatchObject([
        { code: 'type_not_subscribed', detail: 'reaches nobody, because no subscription wants order.create' },
      ]);
    });

    it('names no types of a tenant with more of them than are read', async () => {
      await createTenant(api, 'many');
      for (let n = 0; n < 4; n += 1) {
        await subscribe(
          'many',
          Array.from({ length: 80 }, (_, i) => `order.type${n}.${i}`),
        );
      }
      expect((await why('many', 'order.type')).warnings).toMatchObject([
        { detail: 'reaches nobody, because no active or paused subscription wants order.type' },
      ]);
    });
  });

  it('leads to the status only those who may read it', async () => {
    const { id } = await api.createSubscription(aSubscription());
    const publisher = await clientOf(api, 'default', 'publisher');

    for (const path of [`/ingest/${id}`, '/webhooks/order.created']) {
      const own = await publisher.request('POST', path, { body: { order: 42 } });
      expect(own.status).toBe(202);
      expect(own.body).not.toHaveProperty('status_url');
      expect(own.headers.get('location')).toBeNull();

      const { body } = await api.request('POST', path, { body: { order: 42 } });
      const { status_url: statusUrl } = body as { status_url: string };
      expect((await api.request('GET', statusUrl)).status).toBe(200);
      expect((await publisher.request('GET', statusUrl)).status).toBe(403);
    }
  });
});
