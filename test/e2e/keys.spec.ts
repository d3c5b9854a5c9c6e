import { createHash } from 'node:crypto';
import { makeToken } from '../support/make-token.js';
import { clientOf, createKey, type CreatedKeyAnswer, createTenant, everythingStored, type KeyAnswer } from '../support/access.js'; // prettier-ignore
import { ApiClient, type ApiResponse, type PageAnswer, type ProblemAnswer } from '../support/api-client.js';
import { ROLES } from '../support/documented-operations.js';
import { endedKey } from '../support/ended-key.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('API keys, with two API processes on real PostgreSQL and Redis', () => {
  const bootstrapKey = makeToken();
  let database: TestDatabase;
  let services: ServiceProcess[];
  let admin: ApiClient;
  /** Calls the second process without a key. */
  let other: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = fastSettings(database, { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: bootstrapKey });
    services = await Promise.all([1, 2].map(() => startService({ entry: 'main.api', settings })));
    admin = new ApiClient(services[0]!.url).as(bootstrapKey);
    other = new ApiClient(services[1]!.url);
  });

  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await database.drop();
  });

  const listSubscriptions = (client: ApiClient): Promise<ApiResponse> => client.request('GET', '/subscriptions');
  const readerKey = (more: object = {}): Promise<CreatedKeyAnswer> =>
    createKey(admin, { role: 'reader', tenant_id: 'default', ...more });

  describe('a key', () => {
    it('is shown once, and kept as the SHA-256 of its secret', async () => {
      const made = await admin.request('POST', '/keys', { body: { role: 'reader', tenant_id: 'default', name: 'shown once' } }); // prettier-ignore
      const { id, key } = made.body as CreatedKeyAnswer;
      const secret = key.slice(-43);

      expect(made.headers.get('location')).toBe(`/keys/${id}`);
      expect(made.headers.get('cache-control')).toBe('no-store');
      expect(key).toMatch(/^whk_[0-9a-z]{26}_[A-Za-z0-9_-]{43}$/);
      for (const path of [`/keys/${id}`, '/keys?limit=200', '/audit?limit=200']) {
        const { text } = await admin.request('GET', path);
        expect(text).toContain(id);
        expect(text).not.toContain(secret);
      }
      const rows = await database.query<{ row: string; hash: string }>(
        `select k::text as row, encode(secret_hash, 'hex') as hash from api_keys k where name = 'shown once'`,
      );
      expect(rows).toMatchObject([{ hash: createHash('sha256').update(secret).digest('hex') }]);
      expect(JSON.stringify(await everythingStored(database))).not.toContain(secret);
    });

    it('is refused by every process once it is revoked', async () => {
      const { id, key } = await readerKey();
      const there = other.as(key);
      expect(await listSubscriptions(admin.as(key))).toMatchObject({ status: 200 });
      expect(await listSubscriptions(there)).toMatchObject({ status: 200 });

      await admin.expect(204, 'DELETE', `/keys/${id}`);

      expect(await listSubscriptions(admin.as(key))).toMatchObject({ status: 401 });
      await eventually(() => listSubscriptions(there), { until: ({ status }) => status === 401 });
      expect(await admin.request('GET', `/keys/${id}`)).toMatchObject({ status: 404 });
      expect(await admin.request('DELETE', `/keys/${id}`)).toMatchObject({ status: 404, body: { code: 'key_not_found' } }); // prettier-ignore
    });

    it('is known to every process as soon as it is made', async () => {
      const { key } = await readerKey();

      expect(await listSubscriptions(other.as(key))).toMatchObject({ status: 200 });
    });

    it('must expire in the future, within ten years', async () => {
      for (const expiresAt of ['2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z', '2030-W01-1']) {
        const body = { role: 'reader', tenant_id: 'default', expires_at: expiresAt };
        expect(await admin.request('POST', '/keys', { body })).toMatchObject({
          status: 422,
          body: { errors: [{ pointer: '/expires_at' }] },
        });
      }
    });

    it('is replaced by rotation, and accepted until the overlap ends', async () => {
      const former = await readerKey({ name: 'rotated' });
      const there = other.as(former.key);
      expect(await listSubscriptions(there)).toMatchObject({ status: 200 });

      const next = await admin.expect<CreatedKeyAnswer>(201, 'POST', `/keys/${former.id}/rotate`, {
        body: { overlap: 5 },
      });
      expect(next).toMatchObject({ role: 'reader', tenant_id: 'default', name: 'rotated', rotated_from: former.id });

      expect(await listSubscriptions(admin.as(next.key))).toMatchObject({ status: 200 });
      expect(await listSubscriptions(admin.as(former.key))).toMatchObject({ status: 200 });
      // The other process may accept it for a second after the overlap.
      await eventually(() => listSubscriptions(there), { until: ({ status }) => status === 401 });
      expect(await listSubscriptions(other.as(next.key))).toMatchObject({ status: 200 });
    });

    it('is not rotated with what its answer says of it, all named at once', async () => {
      const former = await readerKey();

      const { key: _key, expires_at: _end, ...answer } = former;
      const refused = await admin.request('POST', `/keys/${former.id}/rotate`, { body: { ...answer, other: 1 } });

      expect(refused.status).toBe(422);
      const faults = (refused.body as ProblemAnswer).errors!;
      expect(faults.find(({ pointer }) => pointer === '/role')!.detail).toBe('is set by the service; remove it');
      expect(faults.map(({ pointer }) => pointer).sort()).toEqual(
        [...Object.keys(answer), 'other'].map((name) => `/${name}`).sort(),
      );
    });

    it('is accepted for 24 hours after a rotation that names no overlap', async () => {
      const former = await readerKey();
      const beganMs = Date.now();

      await admin.expect(201, 'POST', `/keys/${former.id}/rotate`, { body: {} });

      const { expires_at: end } = await admin.expect<KeyAnswer>(200, 'GET', `/keys/${former.id}`);
      expect((Date.parse(end!) - beganMs) / 3_600_000).toBeCloseTo(24, 1);
      expect(await listSubscriptions(admin.as(former.key))).toMatchObject({ status: 200 });
    });

    it('is refused at once after a rotation without overlap, and soon by other processes', async () => {
      const former = await readerKey();
      expect(await listSubscriptions(other.as(former.key))).toMatchObject({ status: 200 });

      await admin.expect(201, 'POST', `/keys/${former.id}/rotate`, { body: { overlap: 0 } });

      expect(await listSubscriptions(admin.as(former.key))).toMatchObject({ status: 401 });
      const there = () => listSubscriptions(other.as(former.key));
      await eventually(there, { until: ({ status }) => status === 401 });
    });

    it('is rotated only once: the next rotation is that of its successor', async () => {
      const { id } = await readerKey();
      const next = await admin.expect<CreatedKeyAnswer>(201, 'POST', `/keys/${id}/rotate`, { body: {} });

      const again = await admin.request('POST', `/keys/${id}/rotate`, { body: {} });

      expect(again).toMatchObject({ status: 409, body: { code: 'key_has_successor' } });
      // It now ends with the overlap, and a second successor would inherit that end.
      await admin.expect(204, 'DELETE', `/keys/${next.id}`);
      expect(await admin.request('POST', `/keys/${id}/rotate`, { body: {} })).toMatchObject({ status: 409 });
    });

    it('that succeeded another key can be rotated, too', async () => {
      const { id } = await readerKey();
      const next = await admin.expect<CreatedKeyAnswer>(201, 'POST', `/keys/${id}/rotate`, { body: {} });

      expect(await admin.request('POST', `/keys/${next.id}/rotate`, { body: {} })).toMatchObject({ status: 201 });
    });

    it('that has expired cannot be rotated into another expired key', async () => {
      const { id } = await endedKey(admin, database);

      const answer = await admin.request('POST', `/keys/${id}/rotate`, { body: {} });
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '/expires_at' }] } });
      const next = await admin.expect<CreatedKeyAnswer>(201, 'POST', `/keys/${id}/rotate`, { body: { expires_at: null } }); // prettier-ignore
      expect(await listSubscriptions(admin.as(next.key))).toMatchObject({ status: 200 });
    });

    it('shows when it was last used', async () => {
      const { id, key } = await readerKey();
      expect(await admin.expect<KeyAnswer>(200, 'GET', `/keys/${id}`)).toMatchObject({ last_used_at: null });

      await listSubscriptions(admin.as(key));

      const used = await eventually(() => admin.expect<KeyAnswer>(200, 'GET', `/keys/${id}`), {
        until: ({ last_used_at: usedAt }) => usedAt !== null,
      });
      expect(Math.abs(Date.parse(used.last_used_at!) - Date.now())).toBeLessThan(60_000);
    });

    it('that is the last admin key for all tenants can be neither revoked nor rotated into one that ends soon', async () => {
      const { data } = await admin.expect<PageAnswer<KeyAnswer>>(200, 'GET', '/keys?limit=200');
      const [last, ...more] = data.filter(({ role, tenant_id: tenantId }) => role === 'admin' && tenantId === null);
      expect(more).toEqual([]);
      await createKey(admin, { role: 'admin', tenant_id: 'default' });

      const soon = { overlap: 0, expires_at: new Date(Date.now() + 60_000).toISOString() };
      const answers = [
        await admin.request('DELETE', `/keys/${last!.id}`),
        await admin.request('POST', `/keys/${last!.id}/rotate`, { body: soon }),
      ];

      for (const answer of answers) expect(answer).toMatchObject({ status: 409, body: { code: 'last_admin_key' } });
      expect(await listSubscriptions(admin)).toMatchObject({ status: 200 });
    });

    it('for all tenants must be an admin key', async () => {
      for (const role of ['publisher', 'manager', 'reader']) {
        expect(await admin.request('POST', '/keys', { body: { role, tenant_id: null } })).toMatchObject({
          status: 422,
        });
      }
    });
  });

  describe('the tenant of a key', () => {
    let bound: ApiClient;

    beforeAll(async () => {
      await createTenant(admin, 'acme');
      await createTenant(admin, 'rival');
      bound = await clientOf(admin, 'acme', 'admin');
    });

    it.each([{ tenant_id: 'rival' }, { tenant_id: 'default' }, { tenant_id: 'nobody' }, { tenant_id: null }])(
      'keeps its admin from making keys for other tenants or for all: %j',
      async (given) => {
        const before = await everythingStored(database);
        for (const role of ROLES) {
          const answer = await bound.request('POST', '/keys', { body: { role, ...given } });
          expect(answer).toMatchObject({ status: 403, body: { code: 'other_tenant' } });
        }
        expect(await everythingStored(database)).toEqual(before);
      },
    );

    it('is inherited by keys that its admin makes', async () => {
      expect(await createKey(bound, { role: 'publisher' })).toMatchObject({ tenant_id: 'acme' });
      expect(await createKey(bound, { role: 'admin', tenant_id: 'acme' })).toMatchObject({ tenant_id: 'acme' });
    });

    it('keeps its admin from the keys of other tenants', async () => {
      const theirs = await createKey(admin, { role: 'reader', tenant_id: 'rival' });
      const ofAll = (await admin.expect<PageAnswer<KeyAnswer>>(200, 'GET', '/keys?limit=200')).data.find(
        ({ role, tenant_id: tenantId }) => role === 'admin' && tenantId === null,
      );

      for (const id of [theirs.id, ofAll!.id]) {
        expect(await bound.request('GET', `/keys/${id}`)).toMatchObject({ status: 404 });
        expect(await bound.request('POST', `/keys/${id}/rotate`, { body: {} })).toMatchObject({ status: 404 });
        expect(await bound.request('DELETE', `/keys/${id}`)).toMatchObject({ status: 404 });
      }
      const { data } = await bound.expect<PageAnswer<KeyAnswer>>(200, 'GET', '/keys?limit=200');
      expect(new Set(data.map(({ tenant_id: tenantId }) => tenantId))).toEqual(new Set(['acme']));
      expect(await listSubscriptions(admin.as(theirs.key))).toMatchObject({ status: 200 });
    });

    it('keeps its admin from making and changing tenants', async () => {
      for (const [method, path, body] of [
        ['POST', '/tenants', { id: 'mine' }],
        ['PATCH', '/tenants/acme', { limits: { subscriptions: 1_000_000 } }],
        ['DELETE', '/tenants/acme', undefined],
      ] as const) {
        const answer = await bound.request(method, path, body && { body });
        expect(answer).toMatchObject({ status: 403, body: { code: 'needs_all_tenants' } });
      }
    });

    it('can be named in X-Tenant only by an admin of all tenants', async () => {
      const { id } = await admin.expect<{ id: string }>(201, 'POST', '/subscriptions', {
        body: aSubscription(),
        headers: { 'x-tenant': 'acme' },
      });

      expect(await bound.request('GET', `/subscriptions/${id}`)).toMatchObject({ status: 200 });
      expect(await bound.request('GET', `/subscriptions/${id}`, { headers: { 'x-tenant': 'acme' } })).toMatchObject({
        status: 200,
      });
      expect(await admin.request('GET', `/subscriptions/${id}`)).toMatchObject({ status: 404 });
      for (const named of ['rival', 'default', 'nobody', '', 'acme, rival', 'ACME']) {
        const answer = await bound.request('GET', '/subscriptions', { headers: { 'x-tenant': named } });
        expect(answer).toMatchObject({ status: 403, body: { code: 'other_tenant' } });
      }
    });

    it.each(['nobody', '', 'no tenant id', 'acme, rival', 'x'.repeat(65), "' or true --"])(
      'must exist when it is named: "%s"',
      async (named) => {
        const answer = await admin.request('GET', '/subscriptions', { headers: { 'x-tenant': named } });

        expect(answer).toMatchObject({ status: 404, body: { code: 'tenant_not_found' } });
      },
    );
  });
});
