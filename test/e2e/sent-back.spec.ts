import { ApiClient, type CreatedSubscriptionAnswer, type ProblemAnswer } from '../support/api-client.js';
import { createTenant } from '../support/access.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('an answer that is sent back, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let api: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({ entry: 'main.api', settings: fastSettings(database) });
    api = new ApiClient(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const FULL = aSubscription({
    event_types: ['order.created'],
    description: 'Billing',
    headers: { 'X-Team': 'billing', 'X-Key': 'of the receiver' },
    retry: { max_attempts: 3 },
    metadata: { customer: 'c_42' },
    secret: 'just some text of my own',
  });
  const pathOf = ({ id }: { id: string }): string => `/subscriptions/${id}`;
  const send = (method: string, path: string, body: object) => api.expect<object>(200, method, path, { body });
  const pointersOf = (body: unknown): string[] => (body as ProblemAnswer).errors!.map(({ pointer }) => pointer);

  it.each(['PUT', 'PATCH'])(
    'changes nothing but the time of the change by %s, as GET or POST gave it',
    async (method) => {
      const created = await api.createSubscription(FULL);
      const {
        secret: _secret,
        warnings: _warnings,
        ...answer
      } = created as CreatedSubscriptionAnswer & { warnings: unknown };

      for (const body of [created, await api.getSubscription(created.id)]) {
        const { updated_at: _, ...others } = answer;
        expect(await send(method, pathOf(created), { ...body, updated_at: undefined })).toMatchObject(others);
      }
      expect(await send(method, pathOf(created), await api.getSubscription(created.id))).toMatchObject({
        id: created.id,
      });
      const secrets = await api.expect(200, 'GET', `${pathOf(created)}/secret`);
      expect(secrets).toMatchObject({ secret: FULL.secret, previous: [] });
    },
  );

  it('may name either form of the event types anew', async () => {
    const created = await api.createSubscription(FULL);

    const types = { event_types: ['order.created', 'order.paid'] };
    expect(await send('PUT', pathOf(created), { ...(await api.getSubscription(created.id)), ...types })).toMatchObject(
      types,
    );
    await send('PUT', pathOf(created), aSubscription({ event_type: 'order.created' }));
    const one = { ...(await api.getSubscription(created.id)), event_type: 'order.paid' };
    expect(await send('PUT', pathOf(created), one)).toMatchObject({ event_types: ['order.paid'] });
  });

  it('keeps a disabled subscription disabled', async () => {
    const created = await api.createSubscription(FULL);
    await database.query(`update subscriptions set state = 2, disabled_reason = 'gone' where state = 0`);
    const disabled = { state: 'disabled', disabled_reason: 'gone' };
    const answer = await api.getSubscription(created.id);

    for (const method of ['PUT', 'PATCH']) {
      const sent = { ...(await api.getSubscription(created.id)), description: method };
      expect(await send(method, pathOf(created), sent)).toMatchObject({ ...disabled, description: method });
    }
    expect(answer).toMatchObject(disabled);
  });

  it.each(['PUT', 'PATCH'])('leaves on the defaults what was on them, by %s', async (method) => {
    const { id } = await api.createSubscription(aSubscription());
    const columns = 'max_attempts, initial_interval_ms, max_interval_ms, timeout_ms, max_in_flight';
    const stored = async (): Promise<unknown> =>
      (await database.query(`select ${columns} from subscriptions order by id desc limit 1`))[0];
    const before = await stored();

    const answer = await api.getSubscription(id);
    await send(method, pathOf({ id }), answer);
    expect(await stored()).toEqual(before);
    expect(new Set(Object.values(before as object))).toEqual(new Set([null]));

    await send(method, pathOf({ id }), { ...answer, updated_at: undefined, timeout: 7 });
    expect(await stored()).toEqual({ ...(before as object), timeout_ms: 7000 });
  });

  it('is refused with changes of what only the service sets, all named at once', async () => {
    const created = await api.createSubscription(FULL);
    const changed = {
      ...(await api.getSubscription(created.id)),
      ...{ id: 'sub_other', state: 'disabled', disabled_reason: 'gone', public_key: 'whpk_x' },
      ...{ created_at: '2020-01-01T00:00:00.000Z', updated_at: null, timeout: 0 },
    };
    const before = await database.query('select * from subscriptions order by id');

    for (const method of ['PUT', 'PATCH']) {
      const answer = await api.request(method, pathOf(created), { body: changed });

      expect(answer.status).toBe(422);
      expect(pointersOf(answer.body).sort()).toEqual(
        ['/created_at', '/disabled_reason', '/id', '/public_key', '/state', '/timeout', '/updated_at'], // prettier-ignore
      );
      const fault = (answer.body as ProblemAnswer).errors!.find(({ pointer }) => pointer === '/created_at');
      expect(fault!.detail).toBe(`is read-only and cannot be changed from "${created.created_at}"; remove it`);
    }
    expect(await database.query('select * from subscriptions order by id')).toEqual(before);
  });

  it('is refused as a new subscription with what only the service sets', async () => {
    const created = await api.createSubscription(FULL);

    const answer = await api.request('POST', '/subscriptions', { body: await api.getSubscription(created.id) });

    expect(answer.status).toBe(422);
    expect(pointersOf(answer.body)).toEqual(expect.arrayContaining(['/id', '/created_at', '/updated_at', '/headers/X-Key'])); // prettier-ignore
  });

  it('leaves the limits of a tenant on the defaults', async () => {
    await createTenant(api, 'by-default');
    const stored = () =>
      database.query(`select events_per_second, burst, max_subscriptions from tenants where id = 'by-default'`);
    const before = await stored();

    await send('PATCH', '/tenants/by-default', await api.expect<object>(200, 'GET', '/tenants/by-default'));
    expect(await stored()).toEqual(before);

    const limits = { events_per_second: 50 };
    await send('PATCH', '/tenants/by-default', { limits });
    await send('PATCH', '/tenants/by-default', await api.expect<object>(200, 'GET', '/tenants/by-default'));
    expect(await stored()).toEqual([{ events_per_second: 50, burst: null, max_subscriptions: null }]);
  });

  it('changes a tenant like a subscription', async () => {
    await createTenant(api, 'acme', { subscriptions: 5 });
    const tenant = await api.expect<{ id: string; limits: object; updated_at: string }>(200, 'GET', '/tenants/acme');

    expect(await send('PATCH', '/tenants/acme', { ...tenant, name: 'Acme' })).toMatchObject({ name: 'Acme', limits: tenant.limits }); // prettier-ignore
    const refused = await api.request('PATCH', '/tenants/acme', { body: { ...tenant, id: 'other', name: 5 } });
    expect(refused.status).toBe(422);
    expect(pointersOf(refused.body).sort()).toEqual(['/id', '/name', '/updated_at']);
  });
});
