import { makeToken } from '../support/make-token.js';
import { clientOf, createKey, createTenant } from '../support/access.js';
import { ApiClient, type ApiResponse } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { Refill } from '../support/refill.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the limits of tenants, over two API processes with real PostgreSQL and Redis', () => {
  const bootstrapKey = makeToken();
  let database: TestDatabase;
  let services: ServiceProcess[];
  let admin: ApiClient;
  let tenants = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = fastSettings(database, { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: bootstrapKey });
    services = await Promise.all([1, 2].map(() => startService({ entry: 'main.api', settings })));
    admin = new ApiClient(services[0]!.url).as(bootstrapKey);
  });

  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await database.drop();
  });

  /** An admin of a new tenant, on either process. */
  const settle = async (limits: object = {}): Promise<{ id: string; here: ApiClient; there: ApiClient }> => {
    const id = `tenant-${(tenants += 1)}`;
    await createTenant(admin, id, limits);
    const { key } = await createKey(admin, { role: 'admin', tenant_id: id });
    return { id, here: admin.as(key), there: new ApiClient(services[1]!.url).as(key) };
  };
  const publish = (client: ApiClient): Promise<ApiResponse> =>
    client.request('POST', '/webhooks/order.created', { body: { n: 1 } });
  const statuses = (answers: ApiResponse[]): Record<number, number> => {
    const counts: Record<number, number> = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };

  describe('on subscriptions', () => {
    it('are exact when twenty are created at once', async () => {
      const { here, there } = await settle({ subscriptions: 5 });
      const create = (client: ApiClient): Promise<ApiResponse> =>
        client.request('POST', '/subscriptions', { body: aSubscription() });

      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => create(n % 2 === 0 ? here : there)));

      expect(statuses(answers)).toEqual({ 201: 5, 409: 15 });
      const refused = answers.find(({ status }) => status === 409);
      expect(refused?.body).toMatchObject({ code: 'subscription_limit_reached' });
      const { id } = answers.find(({ status }) => status === 201)!.body as { id: string };
      await there.expect(204, 'DELETE', `/subscriptions/${id}`);
      expect(await create(here)).toMatchObject({ status: 201 });
      expect(await create(there)).toMatchObject({ status: 409 });
    });

    it('may be zero, and do not affect other tenants', async () => {
      const { here } = await settle({ subscriptions: 0 });

      expect(await here.request('POST', '/subscriptions', { body: aSubscription() })).toMatchObject({ status: 409 });
      await (await settle()).here.createSubscription(aSubscription());
    });
  });

  describe('on events', () => {
    it('let the burst through at once, over all processes together, and report what is left', async () => {
      const burst = async () => {
        const { here, there } = await settle({ events_per_second: 1, burst: 20 });
        const refill = new Refill({ perSecond: 1 });
        const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => publish(n % 2 === 0 ? here : there)));
        const refilled = Math.ceil(refill.tokens());
        const accepted = answers.filter(({ status }) => status === 202);
        return { there, answers, accepted, refilled, refused: answers.filter(({ status }) => status === 429) };
      };
      const rival = await settle();

      // Each process counts for itself while Redis stands still: this may happen once, not again and again.
      const { there, answers, accepted, refused } = await eventually(burst, {
        until: (outcome) => outcome.accepted.length < 20 + outcome.refilled,
      });

      expect(accepted.length + refused.length).toBe(50);
      expect(accepted.length).toBeGreaterThanOrEqual(20);
      for (const { headers, body } of refused) {
        expect(body).toMatchObject({ code: 'rate_limited', status: 429 });
        expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        expect(headers.get('ratelimit')).toMatch(/^"publish";r=0;t=\d+$/);
      }
      for (const { headers } of answers) {
        expect(headers.get('ratelimit')).toMatch(/^"publish";r=\d+;t=\d+$/);
        expect(headers.get('ratelimit-policy')).toBe('"publish";q=20;w=20');
      }
      expect(statuses(await Promise.all([publish(rival.here), publish(rival.there)]))).toEqual({ 202: 2 });
      let sinceRefused = new Refill({ perSecond: 1 });
      const later = async (): Promise<ApiResponse> => {
        const sinceAsked = new Refill({ perSecond: 1 });
        const answer = await publish(there);
        if (answer.status === 429) sinceRefused = sinceAsked;
        return answer;
      };
      const { headers } = await eventually(later, { until: ({ status }) => status === 202 });
      // The one token that was added is gone: no more are left than may have been added since then.
      const left = Number(/^"publish";r=(\d+);/.exec(headers.get('ratelimit')!)?.[1]);
      expect(left).toBeLessThanOrEqual(sinceRefused.tokens());
    });

    it('report nothing where there is none', async () => {
      const { headers } = await publish((await settle()).here);

      expect(headers.get('ratelimit')).toBeNull();
      expect(headers.get('ratelimit-policy')).toBeNull();
    });

    it('count test events and repeated deliveries', async () => {
      const { here } = await settle({ events_per_second: 1, burst: 3 });
      const { id } = await here.createSubscription(aSubscription());
      const refill = new Refill({ perSecond: 1 });
      const { task_id: delivery } = await here.publish(id, { n: 1 });
      await here.expect(200, 'POST', `/deliveries/${delivery}/cancel`);

      const again = [`/deliveries/${delivery}/retry`, `/subscriptions/${id}/test?wait=false`].flatMap((path) => [
        path,
        path,
        path,
      ]);
      const answers = await Promise.all(again.map((path) => here.request('POST', path)));

      const refilled = Math.floor(refill.tokens());
      expect(answers.filter(({ status }) => status === 202).length).toBeLessThanOrEqual(2 + refilled);
      expect(answers.every(({ status }) => status === 202 || status === 429)).toBe(true);
    });

    it('count only events, not other requests', async () => {
      const { here } = await settle({ events_per_second: 1, burst: 1 });
      await here.createSubscription(aSubscription());

      for (let n = 0; n < 10; n += 1)
        expect(await here.request('GET', '/subscriptions')).toMatchObject({ status: 200 });
      expect(await publish(here)).toMatchObject({ status: 202 });
    });

    it('take effect everywhere soon after a change', async () => {
      const { id, here, there } = await settle();
      for (const client of [here, there, here, there]) expect(await publish(client)).toMatchObject({ status: 202 });

      await admin.expect(200, 'PATCH', `/tenants/${id}`, { body: { limits: { events_per_second: 1, burst: 1 } } });

      await eventually(() => publish(there), { until: ({ status }) => status === 429 });
      await admin.expect(200, 'PATCH', `/tenants/${id}`, {
        body: { limits: { events_per_second: null, burst: null } },
      });
      const withoutLimit = ({ status, headers }: ApiResponse) => status === 202 && !headers.has('ratelimit');
      await eventually(() => publish(there), { until: withoutLimit });
    });

    it('accept a burst only together with a rate', async () => {
      const { id } = await settle();

      expect(await admin.request('PATCH', `/tenants/${id}`, { body: { limits: { burst: 5 } } })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/limits/burst' }] },
      });
    });
  });

  it('end with the tenant, which can be deleted once it is empty and whose id is never reused', async () => {
    const { id } = await settle();
    const asTenant = admin.as(bootstrapKey, { 'x-tenant': id });
    const there = new ApiClient(services[1]!.url).as(bootstrapKey, { 'x-tenant': id });
    const { id: subscription } = await asTenant.createSubscription(aSubscription());
    const { data: keys } = await asTenant.expect<{ data: { id: string }[] }>(200, 'GET', '/keys');
    expect(await there.request('GET', '/subscriptions')).toMatchObject({ status: 200 });
    const remove = () => admin.request('DELETE', `/tenants/${id}`);

    expect(await remove()).toMatchObject({ status: 409, body: { code: 'tenant_in_use' } });
    for (const key of keys) await admin.expect(204, 'DELETE', `/keys/${key.id}`);
    expect(await remove()).toMatchObject({ status: 409, body: { code: 'tenant_in_use' } });
    await asTenant.expect(204, 'DELETE', `/subscriptions/${subscription}`);
    expect(await remove()).toMatchObject({ status: 204 });

    expect(await remove()).toMatchObject({ status: 404 });
    expect(await admin.request('GET', `/tenants/${id}`)).toMatchObject({ status: 404 });
    expect(await admin.request('PATCH', `/tenants/${id}`, { body: { name: 'again' } })).toMatchObject({ status: 404 });
    expect(await admin.request('POST', '/tenants', { body: { id } })).toMatchObject({
      status: 409,
      body: { code: 'tenant_exists' },
    });
    expect(await admin.request('POST', '/keys', { body: { role: 'reader', tenant_id: id } })).toMatchObject({
      status: 404,
      body: { code: 'tenant_not_found' },
    });
    expect(await asTenant.request('POST', '/subscriptions', { body: aSubscription() })).toMatchObject({ status: 404 });
    expect(await there.request('POST', '/subscriptions', { body: aSubscription() })).toMatchObject({ status: 404 });
    const gone = () => there.request('GET', '/subscriptions');
    await eventually(gone, { until: ({ status }) => status === 404 });
  });

  it('never end for the default tenant', async () => {
    expect(await admin.request('DELETE', '/tenants/default')).toMatchObject({ status: 409 });
  });

  it('are shown with the defaults of the service filled in, page by page', async () => {
    await createTenant(admin, 'paged-a', { events_per_second: 10 });
    await createTenant(admin, 'paged-b');
    const first = await admin.request('GET', '/tenants?limit=1');
    const seen: string[] = [];
    let answer = first;
    for (;;) {
      const page = answer.body as { data: { id: string; limits: object }[]; next_cursor: string | null };
      seen.push(...page.data.map(({ id }) => id));
      if (page.next_cursor === null) break;
      answer = await admin.request('GET', `/tenants?limit=1&cursor=${page.next_cursor}`);
    }

    expect(seen).toEqual([...seen].sort());
    expect(seen).toEqual(expect.arrayContaining(['default', 'paged-a', 'paged-b']));
    expect(await admin.expect(200, 'GET', '/tenants/paged-a')).toMatchObject({
      limits: { events_per_second: 10, burst: 10, subscriptions: 100_000 },
    });
    const reader = await clientOf(admin, 'paged-a', 'admin');
    expect(await reader.expect(200, 'GET', '/tenants')).toMatchObject({ data: [{ id: 'paged-a' }], has_more: false });
  });
});
