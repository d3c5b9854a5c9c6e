import { clientOf, createKey, createTenant } from '../support/access.js';
import { ApiClient, type ProblemAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { LiveView, type ViewOptions } from '../support/live-view.js';
import { makeToken } from '../support/make-token.js';
import { metricOf } from '../support/metric-of.js';
import { respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { LIMITS } from '../../src/shared/limits.js';

describe('the live view, with two API processes and a worker', () => {
  const admin = makeToken();
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let settings: Record<string, string>;
  let first: ServiceProcess;
  let second: ServiceProcess;
  let worker: ServiceProcess;
  let api: ApiClient;
  const views: LiveView[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    settings = fastSettings(database, { ...PATIENT, API_ACCESS: 'keys', BOOTSTRAP_API_KEY: admin });
    first = await startService({ entry: 'main.api', settings });
    [second, worker] = await Promise.all([
      startService({ entry: 'main.api', settings }),
      startService({ entry: 'main.worker', settings }),
    ]);
    api = new ApiClient(first.url).as(admin);
  });

  afterEach(() => {
    for (const view of views.splice(0)) view.close();
  });

  afterAll(async () => {
    await Promise.all([first, second, worker].map((service) => service.stop()));
    await receiver.close();
    await database.drop();
  });

  const open = async (service: ServiceProcess, options: ViewOptions = {}): Promise<LiveView> => {
    const view = await LiveView.open(service.url, { key: admin, ...options });
    views.push(view);
    return view;
  };
  const subscribe = async (path: string, client = api): Promise<string> =>
    (await client.createSubscription({ target_url: receiver.url(path), event_type: 'order.created' })).id;

  /** Publishes through both API processes until a view has heard of it from both and from the worker. */
  const untilHeard = async (...heard: LiveView[]): Promise<void> => {
    const subscription = await subscribe('/probe');
    const published: string[][] = [];
    await eventually(async () => {
      const ids = await Promise.all(
        [first, second].map(async ({ url }) => (await new ApiClient(url).as(admin).publish(subscription, {})).event_id),
      );
      published.push(ids);
      const isHeard = (view: LiveView): boolean => {
        const accepted = new Set(view.valuesOf('event.accepted', 'event_id'));
        const attempted = new Set(view.valuesOf('delivery.attempted', 'event_id'));
        return published.some((each) => each.every((id) => accepted.has(id) && attempted.has(id)));
      };
      expect(heard.every(isHeard)).toBe(true);
    }, { intervalMs: 200 }); // prettier-ignore
  };

  /** Publishes at a pace that no viewer has to be spared. @returns ids of the events */
  const publish = async (subscription: string, count: number, client = api): Promise<string[]> => {
    const ids: string[] = [];
    while (ids.length < count) {
      const group = Array.from({ length: Math.min(10, count - ids.length) }, () => client.publish(subscription, {}));
      ids.push(...(await Promise.all(group)).map((each) => each.event_id));
    }
    return ids;
  };
  const untilSeen = (view: LiveView, event: string, ids: readonly string[]): Promise<unknown> =>
    eventually(() => {
      const seen = new Set(view.valuesOf(event, 'event_id'));
      expect(ids.filter((id) => !seen.has(id))).toEqual([]);
    });

  it('shows each of 500 events and its attempt exactly once, at either process', async () => {
    const [here, there] = [await open(first), await open(second)];
    await untilHeard(here, there);
    const subscription = await subscribe('/hook');

    const ids = await publish(subscription, 500);

    for (const view of [here, there]) {
      await untilSeen(view, 'event.accepted', ids);
      await untilSeen(view, 'delivery.attempted', ids);
      for (const event of ['event.accepted', 'delivery.attempted']) {
        const seen = view.valuesOf(event, 'event_id').filter((id) => ids.includes(String(id)));
        expect(seen).toHaveLength(500);
      }
      expect([...view.of('skipped'), ...view.of('gap')]).toEqual([]);
    }
  });

  it('shows events and attempts with the names that the REST answers use', async () => {
    const view = await open(second);
    await untilHeard(view);
    receiver.script('/busy', respond(503), respond(200));
    const subscription = await subscribe('/busy');

    const { event_id: event, task_id: delivery } = await api.publish(subscription, '{"n":1}', {
      'content-type': 'application/json',
      'x-event-tags': 'order-1,customer-9',
    });
    await eventually(() => view.valuesOf('delivery.attempted', 'status'), {
      until: (all) => all.includes('delivered'),
    });
    await eventually(() => view.valuesOf('delivery.attempted', 'delivery_id').filter((id) => id === delivery), {
      until: ({ length }) => length === 2,
    });

    expect(view.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(view.of('event.accepted').find(({ data }) => data['event_id'] === event)?.data).toEqual({
      event_id: event,
      event_type: 'order.created',
      tags: ['order-1', 'customer-9'],
      deliveries: 1,
      payload_bytes: 7,
      occurred_at: expect.stringMatching(/Z$/) as string,
    });
    const ids = { delivery_id: delivery, event_id: event, subscription_id: subscription };
    const common = { ...ids, tags: ['order-1', 'customer-9'], target_host: '127.0.0.1', max_attempts: 5 };
    expect(
      view.of('delivery.attempted').flatMap(({ data }) => (data['delivery_id'] === delivery ? [data] : [])),
    ).toEqual([
      expect.objectContaining({
        ...common,
        event_type: 'order.created',
        status: 'retrying',
        attempt: 1,
        status_code: 503,
        error: { code: 'bad_status', message: expect.any(String) as string },
        next_attempt_at: expect.stringMatching(/Z$/) as string,
      }),
      expect.objectContaining({ ...common, status: 'delivered', attempt: 2, status_code: 200, error: null, next_attempt_at: null }), // prettier-ignore
    ]);
  });

  it('shows changes that no attempt makes: retried, cancelled, and cancelled with the subscription', async () => {
    const view = await open(second);
    await untilHeard(view);
    const subscription = await subscribe('/changes');
    const { task_id: done } = await api.publish(subscription, {});
    await api.untilFinal(done);
    await api.request('PATCH', `/subscriptions/${subscription}`, { body: { state: 'paused' } });
    const retry = await api.expect<{ id: string }>(202, 'POST', `/deliveries/${done}/retry`);
    const { task_id: cancelled } = await api.publish(subscription, {}, { 'x-event-tags': 'order-2' });
    await api.expect(200, 'POST', `/deliveries/${cancelled}/cancel`);

    await api.expect(204, 'DELETE', `/subscriptions/${subscription}`);

    const changes = await eventually(
      () => view.of('delivery.changed').filter(({ data }) => data['subscription_id'] === subscription),
      { until: ({ length }) => length === 3 },
    );
    expect(changes.map(({ data }) => data)).toMatchObject([
      { delivery_id: retry.id, status: 'pending', retry_of: done, error: null, event_type: 'order.created', tags: [] },
      { delivery_id: cancelled, status: 'cancelled', error: { code: 'cancelled' }, tags: ['order-2'], target_host: '127.0.0.1' }, // prettier-ignore
      { delivery_id: retry.id, status: 'cancelled', error: { code: 'subscription_gone' }, event_type: null, tags: null, target_host: null }, // prettier-ignore
    ]);
  });

  it('goes on at another process without a gap', async () => {
    const before = await open(first);
    await untilHeard(before);
    const subscription = await subscribe('/hook');
    const seen = await publish(subscription, 20);
    await untilSeen(before, 'delivery.attempted', seen);
    before.close();
    const { lastEventId } = before;
    const missed = await publish(subscription, 300);

    const after = await open(second, { lastEventId });
    const later = await publish(subscription, 20);

    const rest = [...missed, ...later];
    const each = [...seen, ...rest].toSorted();
    for (const event of ['event.accepted', 'delivery.attempted']) {
      await untilSeen(after, event, rest);
      // The view that was closed need not have shown everything about its own events: the other one goes on with that.
      const shown = [before, after].flatMap((view) => view.valuesOf(event, 'event_id').map(String));
      expect(shown.filter((id) => each.includes(id)).toSorted()).toEqual(each);
    }
    expect([...after.of('gap'), ...after.of('skipped')]).toEqual([]);
  });

  it('says from when to when something may be missing if it cannot go on', async () => {
    const view = await open(first, { lastEventId: '1767225600000-0.1' });

    const [gap] = await eventually(() => view.of('gap'), { until: ({ length }) => length === 1 });

    const { from, to, deliveries_url: url } = gap!.data;
    expect(from).toBe('2026-01-01T00:00:00.000Z');
    expect(Date.parse(String(to))).toBeGreaterThan(Date.parse(String(from)));
    expect(await api.request('GET', String(url))).toMatchObject({ status: 200 });
  });

  it('shows only what matches the filters', async () => {
    const [subscription, other] = [await subscribe('/mine'), await subscribe('/other')];
    receiver.script('/mine', respond(500), respond(200));
    const all = await open(first);
    const mine = await open(first, { query: `?subscription_id=${subscription}&event_type=order.*` });
    const failing = await open(first, { query: '?status=failed,retrying&status_code=5xx&error_code=bad_status' });
    const tagged = await open(first, { query: '?tag=order-1&target_host=127.0.0.1&tenant_id=default' });
    const elsewhere = await open(first, { query: '?event_type=invoice.*' });
    await untilHeard(all);

    const { task_id: delivery } = await api.publish(subscription, {}, { 'x-event-tags': 'customer-9,order-1' });
    await publish(other, 5);
    await api.untilFinal(delivery);
    await eventually(() => mine.events, { until: ({ length }) => length === 2 });
    await untilHeard(all);

    expect(mine.events.map(({ data }) => [data['delivery_id'], data['status']])).toEqual([
      [delivery, 'retrying'],
      [delivery, 'delivered'],
    ]);
    expect(failing.valuesOf('delivery.attempted', 'delivery_id')).toEqual([delivery]);
    expect(tagged.events.map(({ data }) => [data['delivery_id'], data['attempt']])).toEqual([
      [delivery, 1],
      [delivery, 2],
    ]);
    expect(elsewhere.events).toEqual([]);
  });

  it.each([
    ['?status=sent', 422, 'status'],
    ['?event_type=order.*.x', 422, 'event_type'],
    ['?status_code=5', 422, 'status_code'],
    ['?status=failed,sent', 422, 'status'],
    ['?status=in_flight', 422, 'status'],
    ['?error_code=Time-out', 422, 'error_code'],
    ['?error_code=too_late', 422, 'error_code'],
    ['?tag=order%201', 422, 'tag'],
    ['?target_host=https://example.com', 422, 'target_host'],
    ['?event_id=sub_01k6zv1yqpe7rtqq6zjy200000', 400, 'an event'],
    ['?colour=red', 422, 'colour'],
    ['?subscription_id=evt_01k6zv1yqpe7rtqq6zjy200000', 400, 'a subscription'],
  ])('refuses %s with %i and names the fault', async (query, status, named) => {
    const response = await api.request('GET', `/stream${query}`);

    expect(response.status).toBe(status);
    expect((response.body as ProblemAnswer).detail).toContain(named);
  });

  it('refuses a Last-Event-ID that no event has', async () => {
    expect(await api.request('GET', '/stream', { headers: { 'last-event-id': 'latest' } })).toMatchObject({
      status: 400,
      body: { code: 'malformed_last_event_id' },
    });
  });

  it('answers HEAD at once, without a stream', async () => {
    const response = await fetch(`${first.url}/stream`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${admin}` },
    });

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await metricOf(first, 'webhook_stream_viewers')).toBe(0);
  });

  it('never shows what another tenant does', async () => {
    await createTenant(api, 'one');
    await createTenant(api, 'two');
    const [one, two] = [await clientOf(api, 'one', 'admin'), await clientOf(api, 'two', 'admin')];
    const keyOf = async (tenant: string): Promise<string> =>
      (await createKey(api, { role: 'reader', tenant_id: tenant })).key;
    const views = [await open(second, { key: await keyOf('one') }), await open(second, { key: await keyOf('two') })];
    const subscriptions = [await subscribe('/one', one), await subscribe('/two', two)];

    const published: string[][] = [[], []];
    await eventually(async () => {
      for (const [n, client] of [one, two].entries()) published[n]!.push(...(await publish(subscriptions[n]!, 5, client))); // prettier-ignore
      expect(views.every((view) => view.of('delivery.attempted').length > 0)).toBe(true);
    }, { intervalMs: 200 }); // prettier-ignore

    for (const [n, view] of views.entries()) {
      const seen = view.events.map(({ data }) => String(data['event_id']));
      expect(seen.filter((id) => !published[n]!.includes(id))).toEqual([]);
    }
  });

  it('ends when its key is revoked, and when its tenant is deleted', async () => {
    await createTenant(api, 'short');
    const { id, key } = await createKey(api, { role: 'reader', tenant_id: 'short' });
    const [revoked, ofAdmin, others] = [
      await open(second, { key }),
      await open(second, { key: admin, tenant: 'short' }),
      await open(second, { key: admin }),
    ];

    await api.expect(204, 'DELETE', `/keys/${id}`);
    await eventually(() => revoked.hasEnded, { until: Boolean });
    expect(ofAdmin.hasEnded).toBe(false);
    await api.expect(204, 'DELETE', '/tenants/short');
    await eventually(() => ofAdmin.hasEnded, { until: Boolean });

    const endings = [revoked, ofAdmin].map(({ events }) => events.map(({ event, data }) => [event, data['code']]));
    expect(endings).toEqual([[['ended', 'unauthenticated']], [['ended', 'tenant_not_found']]]);
    expect(others.hasEnded).toBe(false);
  });

  it('takes a bounded number of viewers of a tenant, and has room again when one leaves', async () => {
    await createTenant(api, 'crowd');
    const { key } = await createKey(api, { role: 'reader', tenant_id: 'crowd' });
    for (let n = 0; n < LIMITS.viewersOfTenant; n += 1) await open(first, { key });

    await expect(LiveView.open(first.url, { key })).rejects.toThrow('429');
    expect(await open(second, { key })).toMatchObject({ hasEnded: false });
    views[0]!.close();

    await eventually(() => open(first, { key }));
  });

  it('sends another request on the same connection nowhere, and closes it', async () => {
    const view = await open(first);

    view.sendAgain();

    await eventually(() => view.hasEnded, { until: Boolean });
    await eventually(() => metricOf(first, 'webhook_stream_viewers'), { until: (viewers) => viewers === 0 });
  });
});
