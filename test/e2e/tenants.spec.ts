import { makeToken } from '../support/make-token.js';
import { clientOf, createKey, createTenant, everythingStored } from '../support/access.js';
import {
  ApiClient,
  type DeliveryWithAttemptsAnswer,
  type DeliveryAnswer,
  type PageAnswer,
} from '../support/api-client.js';
import { BrowserSession } from '../support/browser-session.js';
import { bodyFor, documentedOperations, pathOf } from '../support/documented-operations.js';
import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { Portals } from '../support/portals.js';
import { respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Ids of the resources of a tenant. */
interface Belongings {
  readonly tenant: string;
  readonly key: string;
  readonly subscription: string;
  readonly event: string;
  readonly delivery: string;
  /** The delivery that repeats it. */
  readonly retry: string;
  /** Finished; it found nothing. */
  readonly replay: string;
  readonly session: string;
  readonly portal: string;
}

/** By the first part of the path: what an id in it names. */
const NAMED_BY: Readonly<Record<string, keyof Belongings>> = {
  keys: 'key',
  tenants: 'tenant',
  subscriptions: 'subscription',
  ingest: 'subscription',
  deliveries: 'delivery',
  status: 'delivery',
  events: 'event',
  replays: 'replay',
  sessions: 'session',
  'portal-sessions': 'portal',
};
/** Refused to every admin of one tenant, whichever id is named. */
const FOR_ADMINS_OF_ALL = ['patchTenant', 'deleteTenant'];

const TYPE = 'order.created';

describe('two tenants, with real PostgreSQL, Redis and receivers', () => {
  const bootstrapKey = makeToken();
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let service: ServiceProcess;
  let admin: ApiClient;
  let one: ApiClient;
  let other: ApiClient;
  let ofOne: Belongings;
  let ofOther: Belongings;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    const settings = fastSettings(database, { ...PATIENT, API_ACCESS: 'keys', BOOTSTRAP_API_KEY: bootstrapKey });
    service = await startService({ entry: 'main', settings });
    admin = new ApiClient(service.url).as(bootstrapKey);
    [one, ofOne] = await settle('tenant-one');
    [other, ofOther] = await settle('tenant-other');
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  /** A tenant with one resource of each kind: its delivery succeeded at the second attempt and was then repeated. */
  const settle = async (tenant: string): Promise<[ApiClient, Belongings]> => {
    await createTenant(admin, tenant);
    const { id: key, key: token } = await createKey(admin, { role: 'admin', tenant_id: tenant });
    const api = admin.as(token);
    receiver.script(`/${tenant}`, respond(500), respond(200));
    const { id: subscription } = await api.createSubscription({
      target_url: receiver.url(`/${tenant}`),
      event_type: TYPE,
    });
    const { task_id: delivery, event_id: event } = await api.publish(subscription, { of: tenant });
    expect(await api.untilFinal(delivery)).toMatchObject({ status: 'delivered', attempt_count: 2 });
    const { id: retry } = await api.expect<DeliveryWithAttemptsAnswer>(202, 'POST', `/deliveries/${delivery}/retry`);
    expect(await api.untilFinal(retry)).toMatchObject({ status: 'delivered' });
    const { id: replay } = await api.expect<{ id: string }>(202, 'POST', '/replays', { body: {} });
    await eventually(() => api.expect<{ state: string }>(200, 'GET', `/replays/${replay}`), {
      until: ({ state }) => state === 'finished',
    });
    const { id: session } = (await new BrowserSession(service.url).signIn(token)).body as { id: string };
    const { id: portal } = await new Portals(service.url, api).link({ tenant_id: tenant });
    return [api, { tenant, key, subscription, event, delivery, retry, replay, session, portal }];
  };

  const withIds = documentedOperations().filter(({ parameters }) =>
    Object.keys(parameters).some((name) => name !== 'event_type'),
  );

  it.each(withIds.map((operation) => ({ operation, name: operation.operationId })))(
    'do not find by $name what belongs to the other, and change nothing of it',
    async ({ operation }) => {
      const noun = NAMED_BY[operation.template.split('/')[1]!];
      if (noun === undefined) throw new Error(`Say what the id in ${operation.template} names`);
      const call = (id: string) => {
        const path = pathOf(operation, Object.fromEntries(Object.keys(operation.parameters).map((name) => [name, id])));
        const body = bodyFor(operation);
        return other.request(operation.method, path, body && { body });
      };
      const before = await everythingStored(database);

      for (const id of noun === 'delivery' ? [ofOne.delivery, ofOne.retry] : [ofOne[noun]]) {
        const answer = await call(id);

        const isForAdminsOfAll = FOR_ADMINS_OF_ALL.includes(operation.operationId);
        expect(answer.status).toBe(isForAdminsOfAll ? 403 : 404);
        const ofNothing = await call(operation.parameters[Object.keys(operation.parameters)[0]!]!);
        expect(answer.body).toMatchObject({ code: (ofNothing.body as { code: string }).code });
      }
      expect(await everythingStored(database)).toEqual(before);
    },
  );

  it('do not find an event of the other by its status', async () => {
    expect(await one.request('GET', `/status/${ofOne.event}`)).toMatchObject({ status: 200 });
    expect(await other.request('GET', `/status/${ofOne.event}`)).toMatchObject({ status: 404 });
  });

  it('see nothing of the other in any list, whatever the filter', async () => {
    const lists = [
      '/subscriptions',
      `/subscriptions?event_type=${TYPE}`,
      '/deliveries',
      `/deliveries?subscription_id=${ofOne.subscription}`,
      `/deliveries?event_id=${ofOne.event}`,
      `/deliveries?event_type=${TYPE}&status=delivered`,
      '/replays',
      `/deliveries?replay_id=${ofOne.replay}`,
      '/keys',
      '/tenants',
      '/audit',
      '/sessions',
      '/portal-sessions',
      `/audit?target=${ofOne.subscription}`,
      `/audit?target=${ofOne.tenant}`,
      `/audit?key_id=${ofOne.key}`,
      '/ledger',
      '/stats?group_by=subscription',
      '/stats?group_by=event_type&step=minute',
    ];
    for (const path of lists) {
      const { status, text } = await other.request('GET', path);

      expect(status).toBe(200);
      for (const id of Object.values(ofOne)) expect(text).not.toContain(id);
    }
    const ledger = await other.expect<{ totals: object }>(200, 'GET', '/ledger');
    expect(ledger.totals).toMatchObject({ accepted: 2, delivered: 2, difference: 0 });
  });

  it('see only their own resources on the page of a cursor of the other', async () => {
    await one.publish(ofOne.subscription, {});
    const page = await one.expect<PageAnswer<object>>(200, 'GET', '/deliveries?limit=1');

    const data = await other.list<DeliveryAnswer>(`/deliveries?cursor=${page.next_cursor!}`);

    expect(data.map(({ id }) => id).sort()).toEqual([ofOther.delivery, ofOther.retry].sort());
  });

  it('publish to their own subscriptions only', async () => {
    const former = receiver.requestsTo(`/${ofOther.tenant}`).length;

    const { deliveries, event_id: event } = await one.broadcast(TYPE, { n: 1 });

    expect(deliveries).toBe(1);
    const made = await one.list<DeliveryAnswer>(`/deliveries?event_id=${event}`);
    expect(made.map((each) => each.subscription_id)).toEqual([ofOne.subscription]);
    await one.untilFinal(made[0]!.id);
    expect(receiver.requestsTo(`/${ofOther.tenant}`)).toHaveLength(former);
  });

  it('may use the same Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'the-same' };

    const answers = [await one.broadcast(TYPE, { of: 1 }, headers), await other.broadcast(TYPE, { of: 2 }, headers)];

    expect(new Set(answers.map(({ event_id: event }) => event)).size).toBe(2);
    expect(await one.broadcast(TYPE, { of: 1 }, headers)).toEqual(answers[0]);
    expect(await other.broadcast(TYPE, { of: 2 }, headers)).toEqual(answers[1]);
  });

  it('can be inspected by an admin of all tenants, one at a time', async () => {
    for (const { tenant, subscription, delivery } of [ofOne, ofOther]) {
      const asTenant = admin.as(bootstrapKey, { 'x-tenant': tenant });
      expect(await asTenant.getSubscription(subscription)).toMatchObject({ id: subscription });
      expect(await asTenant.status(delivery)).toMatchObject({ id: delivery });
      expect((await asTenant.request('GET', '/deliveries')).text).not.toContain(
        tenant === ofOne.tenant ? ofOther.subscription : ofOne.subscription,
      );
    }
    expect(await admin.request('GET', `/subscriptions/${ofOne.subscription}`)).toMatchObject({ status: 404 });
  });

  it('show nothing of the other to a reader either', async () => {
    const reader = await clientOf(admin, ofOther.tenant, 'reader');

    expect(await reader.request('GET', `/events/${ofOne.event}/payload`)).toMatchObject({ status: 404 });
    expect(await reader.request('GET', `/events/${ofOther.event}/payload`)).toMatchObject({ status: 200 });
  });
});
