import { clientOf, createTenant } from '../support/access.js';
import { ApiClient, type DeliveryAnswer, type PageAnswer } from '../support/api-client.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { makeToken } from '../support/make-token.js';
import { respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface EventAnswer {
  readonly id: string;
  readonly event_type: string;
  readonly tags: readonly string[];
  readonly idempotency_key: string | null;
  readonly delivery_count: number;
  readonly outcomes: Readonly<Record<'delivered' | 'failed' | 'cancelled' | 'unfinished', number>> | null;
}

interface TwoWayPageAnswer<T> extends PageAnswer<T> {
  readonly prev_cursor: string | null;
}

describe('searching the history, with real PostgreSQL, Redis and receivers', () => {
  const bootstrapKey = makeToken();
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  let admin: ApiClient;
  let api: ApiClient;
  let subscription: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    const settings = fastSettings(database, { ...PATIENT, API_ACCESS: 'keys', BOOTSTRAP_API_KEY: bootstrapKey });
    service = await startService({ entry: 'main', settings });
    admin = new ApiClient(service.url).as(bootstrapKey);
    await createTenant(admin, 'acme');
    api = await clientOf(admin, 'acme', 'admin');
    receiver.script('/hook', respond(200));
    ({ id: subscription } = await api.createSubscription({
      target_url: receiver.url('/hook'),
      event_type: 'order.*',
      retry: { max_attempts: 1 },
    }));
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  const get = async <T>(path: string, client = api): Promise<TwoWayPageAnswer<T>> =>
    client.expect<TwoWayPageAnswer<T>>(200, 'GET', path);

  /** Follows a relation of the Link headers to its end. Pages are not full if the service takes long to fill them. */
  const walk = async (from: string, relation: 'next' | 'prev') => {
    const pages: { path: string; ids: string[]; hasMore: boolean; prevCursor: string | null }[] = [];
    for (let path: string | undefined = from; path !== undefined;) {
      const answer = await api.request('GET', path);
      const { data, has_more: hasMore, prev_cursor: prevCursor } = answer.body as TwoWayPageAnswer<EventAnswer>;
      expect(data.length).toBeLessThanOrEqual(2);
      pages.push({ path, ids: data.map(({ id }) => id), hasMore, prevCursor });
      path = linkOf(answer, relation);
    }
    return pages;
  };

  it('answers "order 1234 never arrived" with one call', async () => {
    receiver.script('/hook', respond(503));
    const tags = { 'x-event-tags': 'order-1234, customer-9' };
    const { task_id: failed } = await api.publish(subscription, { order: 1234 }, { ...tags, 'x-event-type': 'order.paid' }); // prettier-ignore
    await api.untilFinal(failed);
    receiver.script('/hook', respond(200));
    const other = await api.publish(subscription, { order: 99 }, { 'x-event-tags': 'order-99', 'x-event-type': 'order.paid' }); // prettier-ignore
    await api.untilFinal(other.task_id);

    expect(await api.list<DeliveryAnswer>('/deliveries?tag=order-1234')).toMatchObject([
      { id: failed, tags: ['order-1234', 'customer-9'], status: 'failed', last_status_code: 503 },
    ]);
    expect(await api.list<DeliveryAnswer>('/deliveries?tag=customer-9&status=failed&status_code=5xx')).toMatchObject([
      { id: failed },
    ]);
    expect(await api.list<DeliveryAnswer>('/deliveries?tag=customer-9&status=delivered')).toEqual([]);
  });

  it('finds what was published under an Idempotency-Key, with the tags that every answer shows', async () => {
    const headers = { 'idempotency-key': 'the key/1', 'x-event-tags': 'null' };
    expect((await api.request('POST', '/webhooks/order.sent', { body: {}, headers })).status).toBe(422);
    const kept = { 'idempotency-key': 'key/1', 'x-event-tags': 'null' };

    const { event_id: id } = await api.broadcast('order.sent', {}, kept);

    const events = await api.list<EventAnswer>('/events?idempotency_key=key/1');
    expect(events).toMatchObject([{ id, tags: ['null'], idempotency_key: 'key/1', delivery_count: 1 }]);
    expect(await api.list<DeliveryAnswer>('/deliveries?idempotency_key=key/1')).toMatchObject([{ event_id: id }]);
    expect((await api.request('GET', `/status/${id}`)).body).toMatchObject({
      tags: ['null'],
      deliveries: [{ tags: ['null'] }],
    });
  });

  it('refuses other tags under the same Idempotency-Key, in any order but that of the first request', async () => {
    const publish = (tags?: string) =>
      api.request('POST', '/webhooks/order.sent', {
        body: { order: 7 },
        headers: { 'idempotency-key': 'tagged', ...(tags !== undefined && { 'x-event-tags': tags }) },
      });
    expect((await publish('a,b')).status).toBe(202);

    expect((await publish('a , b')).headers.get('idempotent-replayed')).toBe('true');
    for (const tags of ['b,a', 'a', undefined]) {
      expect(await publish(tags)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    }
  });

  it('lists events that reached nobody, and events by what became of their deliveries', async () => {
    const { event_id: unreached } = await api.broadcast('invoice.sent', {}, { 'x-event-tags': 'lonely' });

    expect(await api.list<EventAnswer>('/events?deliveries=0')).toMatchObject([{ id: unreached, delivery_count: 0 }]);
    expect(await api.list<EventAnswer>('/events?tag=lonely&status=failed')).toEqual([]);
    const failed = await api.list<EventAnswer>(
      `/events?subscription_id=${subscription}&status=failed&event_type=order.*`,
    );
    expect(failed).toMatchObject([{ tags: ['order-1234', 'customer-9'] }]);
  });

  it('says in each event what became of its deliveries', async () => {
    const none = { delivered: 0, failed: 0, cancelled: 0, unfinished: 0 };
    receiver.script('/hook', respond(503));
    const headers = { 'x-event-tags': 'outcomes', 'x-event-type': 'order.paid' };
    const { task_id: failed, event_id: id } = await api.publish(subscription, { order: 5 }, headers);
    await api.untilFinal(failed);
    receiver.script('/hook', respond(200));
    expect(await api.list<EventAnswer>('/events?tag=outcomes')).toMatchObject([{ outcomes: { ...none, failed: 1 } }]);
    const retried = await api.expect<DeliveryAnswer>(202, 'POST', `/deliveries/${failed}/retry`);
    await api.untilFinal(retried.id);

    const { outcomes } = await api.expect<EventAnswer>(200, 'GET', `/events/${id}`);

    expect(outcomes).toEqual({ ...none, delivered: 1, failed: 1 });
    expect(await api.list<EventAnswer>('/events?deliveries=0')).toMatchObject([{ outcomes: none }]);
  });

  it('leads from page to page and back, by cursors and by Link headers', async () => {
    for (let n = 0; n < 5; n += 1) await api.broadcast('order.listed', { n });
    const path = '/events?event_type=order.listed&limit=2';

    const there = await walk(path, 'next');
    const seen = there.flatMap(({ ids }) => ids);
    expect(seen).toHaveLength(5);
    expect(seen).toEqual(seen.toSorted().toReversed());
    expect(there.map(({ hasMore }) => hasMore)).toEqual(there.map((_, index) => index < there.length - 1));

    const { path: last, ids: atLast } = there.at(-1)!;
    const back = (await walk(last, 'prev')).slice(1).toReversed();
    expect(back.flatMap(({ ids }) => ids)).toEqual(seen.slice(0, seen.length - atLast.length));
    expect(back[0]).toMatchObject({ prevCursor: null, hasMore: true });
    expect((await get<EventAnswer>(path)).prev_cursor).toBeNull();
  });

  it('takes the tenant from tenant_id as from X-Tenant, and lets no key name the tenant of another', async () => {
    const path = '/deliveries?tag=order-1234';
    for (const list of [path, '/events?tag=order-1234', `/subscriptions/${subscription}/deliveries?tag=order-1234`]) {
      expect(await admin.list(`${list}&tenant_id=acme`)).toHaveLength(1);
      expect(await api.list(`${list}&tenant_id=acme`)).toHaveLength(1);
    }
    expect(await admin.list(path)).toEqual([]);
    expect(await api.request('GET', `${path}&tenant_id=default`)).toMatchObject({
      status: 403,
      body: { code: 'other_tenant' },
    });
    expect(await admin.request('GET', `${path}&tenant_id=nobody`)).toMatchObject({
      status: 404,
      body: { code: 'tenant_not_found' },
    });
    const twice = await admin.request('GET', `${path}&tenant_id=acme&tenant_id=default`);
    expect(twice).toMatchObject({ status: 422, body: { errors: [{ pointer: 'tenant_id' }] } });
    // Elsewhere it is as unknown as ever.
    expect((await admin.request('GET', '/subscriptions?tenant_id=acme')).status).toBe(422);
  });

  it('finds deliveries by the host of their target, and by several statuses', async () => {
    const { hostname } = new URL(receiver.url('/'));
    const all = await api.list<DeliveryAnswer>(`/deliveries?target_host=${hostname}`);
    const [failed, delivered] = await Promise.all(
      ['failed', 'delivered'].map((status) => api.list<DeliveryAnswer>(`/deliveries?status=${status}`)),
    );

    expect(all.length).toBeGreaterThan(2);
    const both = await api.list<DeliveryAnswer>('/deliveries?status=failed,delivered');
    expect(both.map(({ id }) => id)).toEqual(
      [...failed!, ...delivered!].map(({ id }) => id).sort().reverse(), // prettier-ignore
    );
    expect(await api.list('/deliveries?target_host=elsewhere.example')).toEqual([]);
  });

  it('finds subscriptions by what their description or their target contains, in any case', async () => {
    const named = await api.createSubscription({
      target_url: receiver.url('/named'),
      event_type: 'never',
      description: 'Größe 100%_of Kestrel',
    });
    const aimed = await api.createSubscription({ target_url: receiver.url('/Size-100/kestrel'), event_type: 'never' });
    const found = async (text: string): Promise<string[]> => {
      const page = await get<{ id: string }>(`/subscriptions?search=${encodeURIComponent(text)}`);
      return page.data.map(({ id }) => id);
    };

    expect(await found('KESTREL')).toEqual([aimed.id, named.id]);
    expect(await found('size-100/')).toEqual([aimed.id]);
    expect(await found('größe')).toEqual([named.id]);
    // Characters with a meaning in patterns have none here.
    expect(await found('100%_of')).toEqual([named.id]);
    expect(await found('1_0')).toEqual([]);
  });
});

function linkOf({ headers }: { readonly headers: Headers }, relation: string): string | undefined {
  const links = [...(headers.get('link') ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)];
  return links.find(([, , found]) => found === relation)?.[1];
}
