import { ApiClient, type DeliveryAnswer, type PageAnswer } from '../support/api-client.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface Entry {
  readonly subscription_id: string;
  readonly delivery: { readonly id: string; readonly status: string; readonly url: string } | null;
  readonly reason: string | null;
  readonly detail: string;
}

interface Explanation extends PageAnswer<Entry> {
  readonly addressed_to: string | null;
  readonly deliveries: number;
  readonly summary: string;
}

describe('a service that explains what it did, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let receiver: ScriptedReceiver;
  let api: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    service = await startService({
      entry: 'main',
      settings: fastSettings(database, { ...PATIENT, SUBSCRIPTION_CACHE_TTL: '0' }),
    });
    api = new ApiClient(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  beforeEach(async () => {
    await database.query(
      'truncate subscriptions, subscription_versions, open_deliveries, deliveries, attempts, events',
    );
  });

  const subscribe = async (path: string, input: object = {}): Promise<string> =>
    (await api.createSubscription({ target_url: receiver.url(path), event_type: 'order.created', ...input })).id;
  const explain = async (eventId: string, query = ''): Promise<Explanation> =>
    (await api.request('GET', `/events/${eventId}/explain${query}`)).body as Explanation;
  const reasons = ({ data }: Explanation): Record<string, string | null> =>
    Object.fromEntries(data.map((entry) => [entry.subscription_id, entry.reason]));

  it('tells who got an event and with which outcome, and why each of the others did not', async () => {
    receiver.script('/gone', respond(410));
    const disabled = await subscribe('/gone');
    const { task_id: refused } = await api.publish(disabled, { n: 0 });
    await api.untilFinal(refused);
    const delivered = await subscribe('/delivered');
    const paused = await subscribe('/paused', { state: 'paused' });
    const other = await subscribe('/other', { event_type: 'user.created' });
    const changing = await subscribe('/changing', { event_type: 'user.created' });
    const deleted = await subscribe('/deleted');
    await api.request('DELETE', `/subscriptions/${deleted}`);

    const { event_id: eventId, deliveries } = await api.broadcast('order.created', { n: 1 });
    const late = await subscribe('/late');
    await api.request('PATCH', `/subscriptions/${changing}`, { body: { event_types: ['order.*'] } });

    expect(deliveries).toBe(2);
    const made = await api.list<DeliveryAnswer>(`/deliveries?event_id=${eventId}`);
    await api.untilFinal(made.find((delivery) => delivery.subscription_id === delivered)!.id);
    const explanation = await explain(eventId);
    expect(explanation).toMatchObject({ addressed_to: 'all', deliveries: 2, has_more: false, next_cursor: null });
    expect(explanation.summary).toMatch(/^Published to all subscriptions that wanted order\.created at .*; it led to two deliveries\.$/); // prettier-ignore
    expect(reasons(explanation)).toEqual({
      [delivered]: null,
      [paused]: null,
      [disabled]: 'subscription_disabled',
      [other]: 'type_not_subscribed',
      [changing]: 'changed_later',
      [deleted]: 'subscription_deleted',
      [late]: 'created_later',
    });
    const entries = new Map(explanation.data.map((entry) => [entry.subscription_id, entry]));
    expect(entries.get(delivered)).toMatchObject({
      delivery: { status: 'delivered' },
      detail: expect.stringMatching(/^The receiver answered 200 to the first attempt at /) as string,
    });
    expect(entries.get(paused)).toMatchObject({
      delivery: { status: 'pending' },
      detail: expect.stringContaining(`PATCH /subscriptions/${paused}`) as string,
    });
    expect(entries.get(other)!.detail).toContain(
      `add order.created to its event_types with PATCH /subscriptions/${other}`,
    );
    // Deliveries come first, and their links lead to them.
    expect(explanation.data.slice(0, 2).map(({ delivery }) => delivery?.url)).toEqual(
      made.map(({ id }) => `/deliveries/${id}`),
    );
    expect((await api.request('GET', explanation.data[0]!.delivery!.url)).status).toBe(200);
  });

  it('goes through all of it page by page, whatever the size of the pages', async () => {
    const wanting = [await subscribe('/'), await subscribe('/'), await subscribe('/')];
    const others = [await subscribe('/', { event_type: 'a' }), await subscribe('/', { event_type: 'b' })];
    const { event_id: eventId } = await api.broadcast('order.created', { n: 1 });

    for (const limit of [1, 2, 3, 4, 5, 200]) {
      const seen: Entry[] = [];
      let cursor = '';
      let pages = 0;
      do {
        const page = await explain(eventId, `?limit=${limit}${cursor}`);
        expect(page.data.length).toBeLessThanOrEqual(limit);
        seen.push(...page.data);
        cursor = page.has_more ? `&cursor=${page.next_cursor}` : '';
        pages += 1;
      } while (cursor !== '');
      expect(pages).toBe(Math.ceil(5 / limit));
      expect(seen.map((entry) => entry.reason)).toEqual([
        null,
        null,
        null,
        'type_not_subscribed',
        'type_not_subscribed',
      ]);
      expect(new Set(seen.map((entry) => entry.subscription_id))).toEqual(new Set([...wanting, ...others]));
    }
  });

  it('knows of an event for one subscription, and of a test, that the others were not meant', async () => {
    const target = await subscribe('/target');
    const bystander = await subscribe('/bystander');
    const { event_id: one } = await api.publish(target, { n: 1 });
    const { event_id: test } = (await api.request('POST', `/subscriptions/${target}/test`)).body as {
      event_id: string;
    };

    expect(await explain(one)).toMatchObject({ addressed_to: 'one' });
    expect(await explain(test)).toMatchObject({ addressed_to: 'test' });
    for (const eventId of [one, test]) {
      const { data, summary } = await explain(eventId);
      expect(summary).toContain(`${target} only`);
      expect(data).toMatchObject([
        { subscription_id: target, reason: null },
        { subscription_id: bystander, reason: 'published_to_one', detail: expect.stringContaining(target) as string },
      ]);
    }
  });

  it('says what was not recorded about an event of an earlier version', async () => {
    await subscribe('/target');
    const unreached = await subscribe('/unreached');
    const { event_id: eventId } = await api.broadcast('user.created', { n: 1 });
    await database.query('update events set addressing = null');
    await database.query('delete from subscription_versions');
    await database.query(
      `insert into subscription_versions (tenant_id, subscription_id, valid_from, event_types, state)
       select tenant_id, id, now() + interval '1 hour', event_types, state from subscriptions`,
    );

    const explanation = await explain(eventId);

    expect(explanation).toMatchObject({ addressed_to: null });
    expect(reasons(explanation)).toMatchObject({ [unreached]: 'not_recorded' });
  });

  it('blames a change that the accepting process had not heard of, with the times', async () => {
    const { event_id: eventId } = await api.broadcast('order.created', { n: 1 });
    const late = await subscribe('/late');
    // As if it had been created half a second before the event, by another process.
    await database.query(
      `update subscriptions set created_at = to_timestamp(('x' || translate(left((select id from events)::text, 13), '-', ''))::bit(48)::bigint / 1000.0) - interval '0.5 s'`,
    );
    await database.query('update subscription_versions set valid_from = (select created_at from subscriptions)');

    const { data } = await explain(eventId);

    expect(data).toMatchObject([{ subscription_id: late, reason: 'changed_meanwhile' }]);
    expect(data[0]!.detail).toMatch(
      /^It was created at \d\d:\d\d:\d\d\.\d{3} UTC, 500 ms before the event was accepted at /,
    );
  });

  it('recommends calls that are accepted, step by step', async () => {
    receiver.script('/gone', respond(410));
    const gone = await subscribe('/gone', { event_types: ['order.created', 'a'], event_type: undefined });
    const { task_id: refused } = await api.publish(gone, { n: 0 }, { 'x-event-type': 'a' });
    await api.untilFinal(refused);
    await api.request('PATCH', `/subscriptions/${gone}`, { body: { event_types: ['a', 'b'] } });
    const { event_id: unwanted } = await api.broadcast('order.created', { n: 1 });
    const { event_id: missed } = await api.broadcast('a', { n: 1 });
    const late = await subscribe('/late', { event_types: ['a', 'b'], event_type: undefined });

    const ofUnwanted = new Map((await explain(unwanted)).data.map((entry) => [entry.subscription_id, entry]));
    const ofMissed = new Map((await explain(missed)).data.map((entry) => [entry.subscription_id, entry]));
    expect(ofUnwanted.get(gone)!).toMatchObject({
      reason: 'type_not_subscribed',
      detail: `It wanted only a, b; add order.created to its event_types and set its state to "active" with PATCH /subscriptions/${gone}.`,
    });
    expect(ofMissed.get(gone)!).toMatchObject({
      reason: 'subscription_disabled',
      detail: `It was disabled because its receiver answered 410; set its state to "active" with PATCH /subscriptions/${gone}, then publish the event again with POST /ingest/${gone} and X-Event-Type: a.`,
    });
    expect(ofUnwanted.get(late)!.detail).toContain(
      `; add order.created to its event_types with PATCH /subscriptions/${late}, then publish the event again with POST /ingest/${late} and X-Event-Type: order.created.`,
    );

    const follow = async (id: string, patch: object, type: string): Promise<number> => {
      expect((await api.request('PATCH', `/subscriptions/${id}`, { body: patch })).status).toBe(200);
      const headers = { 'x-event-type': type };
      return (await api.request('POST', `/ingest/${id}`, { body: { n: 1 }, headers })).status;
    };
    expect(await follow(gone, { state: 'active' }, 'a')).toBe(202);
    expect(await follow(late, { event_types: ['a', 'b', 'order.created'] }, 'order.created')).toBe(202);
  });

  it('keeps the headers of each request as the receiver got them, and how long its phases took', async () => {
    receiver.script('/kept', respond(503), respond(200));
    const id = await subscribe('/kept', { headers: { 'X-Key': 'k3y', 'X-Team': 'core' }, shown_headers: ['X-Team'] });
    const { task_id: taskId } = await api.publish(id, '{"n":1}', { 'content-type': 'application/json' });

    const { attempts, summary } = await api.untilFinal(taskId);

    expect(summary).toMatch(/^The receiver answered 200 to the second attempt at .* after one without success; /);
    expect(attempts).toHaveLength(2);
    for (const [n, attempt] of attempts.entries()) {
      const kept = attempt.request_headers!.map(({ name, value }) => [name.toLowerCase(), value]);
      const { headers } = receiver.requestsTo('/kept')[n]!;
      expect(Object.fromEntries(kept)).toEqual({ ...headers, 'x-key': '***' });
      expect(kept.map(([name]) => name)).toEqual(Object.keys(headers));
      expect(attempt.phases).toMatchObject({ dns_ms: null, tls_ms: null });
      expect(attempt.phases!.wait_ms).toBeLessThanOrEqual(attempt.duration_ms! + 1);
    }
    await database.query('update attempts set exchange = null');
    const { attempts: old } = await api.status(taskId);
    expect(old).toMatchObject(attempts.map(() => ({ request_headers: null, phases: null })));
  });

  it('answers about an event of nobody, or of another kind, like any other request', async () => {
    expect((await api.request('GET', '/events/evt_01k6zv1yqpe7rtqq6zjy200000/explain')).status).toBe(404);
    expect((await api.request('GET', '/events/dlv_01k6zv1yqpe7rtqq6zjy200001/explain')).status).toBe(400);
    const { event_id: eventId } = await api.broadcast('order.created', { n: 1 });
    expect((await api.request('GET', `/events/${eventId}/explain?cursor=nonsense`)).status).toBe(400);
    expect(await explain(eventId)).toMatchObject({ data: [], has_more: false, deliveries: 0 });
  });
});
