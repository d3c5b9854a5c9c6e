import { createTenant, everythingStored } from '../support/access.js';
import type { ApiClient, ApiResponse, DeliveryWithAttemptsAnswer } from '../support/api-client.js';
import { bodyFor, type DocumentedOperation, documentedOperations, pathOf } from '../support/documented-operations.js';
import { eventually } from '../support/eventually.js';
import { KeyedService } from '../support/keyed-service.js';
import { LiveView } from '../support/live-view.js';
import { CAPABILITIES, type Capability, type PortalTerms, Portals } from '../support/portals.js';
import { respond } from '../support/scripted-receiver.js';

/** What a portal session needs for each operation; operations that are missing refuse portals. */
const NEEDS: Readonly<Record<string, readonly Capability[]>> = {
  createSubscription: ['subscriptions:write', 'secrets:read'],
  listSubscriptions: ['subscriptions:read'],
  getSubscription: ['subscriptions:read'],
  patchSubscription: ['subscriptions:write'],
  replaceSubscription: ['subscriptions:write'],
  deleteSubscription: ['subscriptions:write'],
  getSubscriptionSecret: ['secrets:read'],
  rotateSubscriptionSecret: ['subscriptions:write', 'secrets:read'],
  testSubscription: ['subscriptions:test'],
  checkSubscription: ['subscriptions:test'],
  listSubscriptionDeliveries: ['deliveries:read'],
  createReplay: ['replays:write', 'deliveries:read'],
  listReplays: ['replays:write'],
  getReplay: ['replays:write'],
  patchReplay: ['replays:write'],
  cancelReplay: ['replays:write'],
  getStatus: ['deliveries:read'],
  listDeliveries: ['deliveries:read'],
  getDelivery: ['deliveries:read'],
  retryDelivery: ['deliveries:retry'],
  cancelDelivery: ['deliveries:retry'],
  listEvents: ['deliveries:read'],
  getEvent: ['deliveries:read'],
  getEventPayload: ['payloads:read'],
  explainEvent: ['deliveries:read'],
  watch: ['deliveries:read'],
  getStats: ['deliveries:read'],
  getSession: [],
};
const REFUSALS = ['not_for_portals', 'capability_missing'];

interface Item {
  readonly id: string;
  readonly subscription_id: string;
}

describe('what portals may do, with real PostgreSQL, Redis and receivers', () => {
  const operations = documentedOperations();
  let service: KeyedService;
  let portals: Portals;
  /** A subscription that portals are limited to, and another one of the tenant. */
  let own: string;
  let other: string;
  /** A delivery of each, and an event that both got. */
  let ownDelivery: string;
  let otherDelivery: string;
  let both: string;

  beforeAll(async () => {
    service = await KeyedService.start();
    portals = new Portals(service.url, service.api);
    const [one, two] = [await service.subscribe(), await service.subscribe()];
    [own, other] = [one.id, two.id];
    const says = respond(500, { body: 'it says too much' });
    service.receiver.script(new URL(two.target_url).pathname, says, respond(200));
    const { task_id: delivered } = await service.api.publish(own, { n: 1 });
    const { task_id: others } = await service.api.publish(other, { n: 2 });
    [ownDelivery, otherDelivery] = [delivered, others];
    for (const each of [ownDelivery, otherDelivery]) await service.api.untilFinal(each);
    both = (await service.api.broadcast('order.created', { n: 3 })).event_id;
    await eventually(() => listed(service.api, `/deliveries?event_id=${both}&status=delivered`), {
      until: ({ length }) => length === 2,
    });
  });

  afterAll(() => service.stop());

  const listed = (client: ApiClient, path: string): Promise<Item[]> => client.list<Item>(path);
  const eventOf = (delivery: string): string => delivery.replace('dlv_', 'evt_').replace(/.{4}$/, '0000');
  const call = (client: ApiClient, operation: DocumentedOperation, ids: Readonly<Record<string, string>> = {}) => {
    const body = bodyFor(operation);
    return client.request(operation.method, pathOf(operation, ids), body && { body });
  };
  const isRefused = ({ status, body }: ApiResponse): boolean =>
    status === 403 && REFUSALS.includes((body as { code: string }).code);

  describe('a capability', () => {
    const clients = new Map<Capability, ApiClient>();

    beforeAll(async () => {
      for (const each of CAPABILITIES) clients.set(each, await portals.client({ capabilities: [each] }));
    });

    it('is documented for each operation as the service asks for it', () => {
      const documented = operations.flatMap(({ operationId, capabilities }) =>
        capabilities === null ? [] : [[operationId, capabilities] as const],
      );
      expect(Object.fromEntries(documented)).toEqual(NEEDS);
    });

    it.each(operations.map((operation) => [operation.operationId, operation] as const))(
      'opens %s alone only if nothing else is needed, and otherwise changes nothing',
      async (id, operation) => {
        const needs = NEEDS[id];
        const before = await everythingStored(service.database);

        const opened: Capability[] = [];
        for (const [capability, client] of clients) {
          // What a capability opens is asked for something that does not exist.
          if (!isRefused(await call(client, operation))) opened.push(capability);
        }

        const expected = CAPABILITIES.filter((each) => needs?.every((need) => need === each) === true);
        expect(opened).toEqual(expected);
        if (expected.length === 0) expect(await everythingStored(service.database)).toEqual(before);
      },
    );

    it.each(Object.entries(NEEDS).filter(([, needs]) => needs.length > 1))(
      'opens %s together with the others that it needs',
      async (id, needs) => {
        const operation = operations.find(({ operationId }) => operationId === id)!;
        const client = await portals.client({ capabilities: needs });

        expect(isRefused(await call(client, operation))).toBe(false);
      },
    );
  });

  it('show receivers’ answers and payloads only with payloads:read', async () => {
    const bodiesSeen = async (capabilities: readonly Capability[]): Promise<(string | undefined)[]> => {
      const client = await portals.client({ capabilities });
      const read = async (path: string): Promise<DeliveryWithAttemptsAnswer> =>
        client.expect<DeliveryWithAttemptsAnswer>(200, 'GET', path);
      const answers = [await read(`/deliveries/${otherDelivery}`), await read(`/status/${otherDelivery}`)];
      return answers.map(({ attempts }) => attempts[0]?.response_body);
    };

    expect(await bodiesSeen(['deliveries:read'])).toEqual(['', '']);
    expect(await bodiesSeen(['deliveries:read', 'payloads:read'])).toEqual(['it says too much', 'it says too much']);
    const tester = await portals.client({ capabilities: ['subscriptions:test'] });
    const { attempt } = await tester.expect<{ attempt: object }>(200, 'POST', `/subscriptions/${own}/test`);
    expect(attempt).toMatchObject({ status_code: 200, response_body: '' });
  });

  it('reach no other tenant, whatever they name', async () => {
    await createTenant(service.api, 'acme');
    const portal = await portals.client({ tenant_id: 'acme', capabilities: [...CAPABILITIES] });

    expect(await listed(portal, '/deliveries')).toEqual([]);
    for (const path of [`/subscriptions/${own}`, `/deliveries/${ownDelivery}`, `/events/${both}/payload`]) {
      expect(await portal.request('GET', path)).toMatchObject({ status: 404 });
    }
    for (const [path, headers] of [
      ['/deliveries', { 'x-tenant': 'default' }],
      ['/deliveries?tenant_id=default', {}],
    ] as const) {
      expect(await portal.request('GET', path, { headers })).toMatchObject({
        status: 403,
        body: { code: 'other_tenant' },
      });
    }
  });

  it('are limited as their tenant is', async () => {
    await service.api.expect(201, 'POST', '/tenants', { body: { id: 'small', limits: { subscriptions: 0 } } });
    const portal = await portals.client({
      tenant_id: 'small',
      capabilities: ['subscriptions:write', 'secrets:read'],
    });
    const create = (targetUrl: string): Promise<ApiResponse> =>
      portal.request('POST', '/subscriptions', { body: { target_url: targetUrl, event_type: 'a' } });

    expect(await create('https://1.1.1.1/')).toMatchObject({
      status: 409,
      body: { code: 'subscription_limit_reached' },
    });
    expect(await create('http://10.0.0.1/')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/target_url' }] } }); // prettier-ignore
  });

  describe('a portal for one subscription', () => {
    let portal: ApiClient;
    const terms = (): PortalTerms => ({ capabilities: [...CAPABILITIES], subscription_ids: [own] });

    beforeAll(async () => {
      portal = await portals.client(terms());
    });

    const subscriptionsIn = async (path: string): Promise<string[]> => [
      ...new Set((await listed(portal, path)).map(({ subscription_id: id }) => id)),
    ];

    it('sees only that one in lists, and makes no others', async () => {
      expect((await listed(portal, '/subscriptions')).map(({ id }) => id)).toEqual([own]);
      expect(await subscriptionsIn('/deliveries')).toEqual([own]);
      expect(await subscriptionsIn(`/deliveries?event_id=${both}`)).toEqual([own]);
      expect(await listed(portal, `/deliveries?subscription_id=${other}`)).toEqual([]);
      expect(await listed(portal, '/deliveries?target_host=127.0.0.1')).not.toEqual([]);
      expect(await subscriptionsIn('/deliveries?target_host=127.0.0.1')).toEqual([own]);
      const ids = (await listed(portal, '/events')).map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining([both, eventOf(ownDelivery)]));
      expect(ids).not.toContain(eventOf(otherDelivery));
      expect(await portal.request('GET', '/events?deliveries=0')).toMatchObject({ status: 422 });
      const created = await portal.request('POST', '/subscriptions', {
        body: { target_url: 'https://1.1.1.1/', event_type: 'a' },
      });
      expect(created).toMatchObject({ status: 403, body: { code: 'beyond_subscriptions' } });
    });

    it('finds nothing where it names another one, and changes nothing there', async () => {
      const before = await everythingStored(service.database);
      const ids: Readonly<Record<string, string>> = {
        subscriptions: other,
        deliveries: otherDelivery,
        status: otherDelivery,
        events: eventOf(otherDelivery),
      };
      const named = operations.filter(
        ({ operationId, template }) =>
          operationId in NEEDS && template.includes('{') && Object.hasOwn(ids, template.split('/')[1]!),
      );

      const answers: (readonly [string, number])[] = [];
      for (const operation of named) {
        const id = ids[operation.template.split('/')[1]!]!;
        const { status } = await call(portal, operation, { id, task_id: id });
        answers.push([operation.operationId, status]);
      }

      expect(answers).toHaveLength(16);
      expect(answers.filter(([, status]) => status !== 404)).toEqual([]);
      const { status } = await portal.request('GET', `/status/${eventOf(otherDelivery)}`);
      expect(status).toBe(404);
      expect(await everythingStored(service.database)).toEqual(before);
    });

    it('sees its own in the same calls', async () => {
      for (const path of [
        `/subscriptions/${own}`,
        `/subscriptions/${own}/secret`,
        `/subscriptions/${own}/deliveries`,
        `/deliveries/${ownDelivery}`,
        `/status/${ownDelivery}`,
        `/events/${eventOf(ownDelivery)}/payload`,
      ]) {
        expect([path, (await portal.request('GET', path)).status]).toEqual([path, 200]);
      }
      expect(await portal.request('POST', `/deliveries/${ownDelivery}/retry`)).toMatchObject({ status: 202 });
    });

    it('sees of an event only its own part', async () => {
      const { body: event } = await portal.request('GET', `/events/${both}`);
      expect(event).toMatchObject({ delivery_count: 1 });
      const { outcomes } = event as { outcomes: Record<string, number> };
      expect(Object.values(outcomes).reduce((sum, count) => sum + count)).toBe(1);
      const { body } = await portal.request('GET', `/status/${both}`);
      expect(body).toMatchObject({ delivery_count: 1, deliveries: [{ subscription_id: own }] });
      const explained = await portal.request('GET', `/events/${both}/explain`);
      expect(explained).toMatchObject({ body: { deliveries: 1, data: [{ subscription_id: own }], has_more: false } });
      expect(explained.text).not.toContain(other);
      expect(explained.text).toContain('it led to one delivery');
    });

    it('counts only its own', async () => {
      // Before history is summed up for the first time, nothing is counted.
      const summed = 'select 1 from stats_progress where closed_until is not null';
      await eventually(() => service.database.query(summed), { until: ({ length }) => length === 1 });
      const totals = async (client: ApiClient, query: string): Promise<object> =>
        (await client.expect<{ totals: object }>(200, 'GET', `/stats?${query}`)).totals;

      expect(await totals(portal, `subscription_id=${other}`)).toMatchObject({ accepted: 0, attempts: 0 });
      expect(await totals(portal, '')).not.toMatchObject({ accepted: 0 });
      // A delivery of another test may still be counted in between.
      await eventually(async () => {
        expect(await totals(portal, '')).toEqual(await totals(service.api, `subscription_id=${own}`));
      });
      const grouped = await portal.request('GET', '/stats?group_by=subscription');
      expect((grouped.body as { data: { group: string }[] }).data.map(({ group }) => group)).toEqual([own]);
      expect(await portal.request('GET', '/stats?group_by=tenant')).toMatchObject({ status: 403 });
    });

    it('watches only its own', async () => {
      const { token } = await portals.open(terms());
      const view = await LiveView.open(service.url, { key: token });

      await service.api.publish(other, { n: 4 });
      await service.api.publish(own, { n: 5 });

      await eventually(() => view.of('delivery.attempted'), { until: ({ length }) => length > 0 });
      expect(new Set(view.events.map(({ data }) => data['subscription_id']))).toEqual(new Set([own]));
      view.close();
    });
  });
});
