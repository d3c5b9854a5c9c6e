import { once } from 'node:events';
import { connect } from 'node:net';
import { makeToken } from '../support/make-token.js';
import { clientOf, createKey, type CreatedKeyAnswer, createTenant, everythingStored } from '../support/access.js';
import { ApiClient, type ApiResponse } from '../support/api-client.js';
import { bodyFor, documentedOperations, pathOf, type Role, ROLES } from '../support/documented-operations.js';
import { endedKey } from '../support/ended-key.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('access by API keys, with an API process on real PostgreSQL and Redis', () => {
  const bootstrapKey = makeToken();
  let database: TestDatabase;
  let service: ServiceProcess;
  let admin: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = fastSettings(database, { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: bootstrapKey });
    service = await startService({ entry: 'main.api', settings });
    admin = new ApiClient(service.url).as(bootstrapKey);
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const listSubscriptions = (client: ApiClient): Promise<ApiResponse> => client.request('GET', '/subscriptions');
  const readerKey = (): Promise<CreatedKeyAnswer> => createKey(admin, { role: 'reader', tenant_id: 'default' });

  describe('a caller without a valid key', () => {
    const anonymous = (): ApiClient => new ApiClient(service.url);
    const revoked = async (): Promise<ApiClient> => {
      const { id, key } = await readerKey();
      await admin.expect(204, 'DELETE', `/keys/${id}`);
      return admin.as(key);
    };
    const expired = async (): Promise<ApiClient> => admin.as((await endedKey(admin, database)).key);
    const withWrongSecret = async (): Promise<ApiClient> => {
      const { key } = await readerKey();
      return admin.as(key.replace(/_[^_]{43}$|_.{43}$/, `_${'A'.repeat(43)}`));
    };

    it.each<[string, () => ApiClient | Promise<ApiClient>]>([
      ['no key', anonymous],
      ['something that is not a key', () => anonymous().as('not-a-key')],
      ['a user name and a password', () => anonymous().as('', { authorization: 'Basic YTpi' })],
      ['a key that is too long', () => anonymous().as(`${bootstrapKey}x`)],
      ['a key that was never made', () => anonymous().as(makeToken())],
      ['a known id with a wrong secret', withWrongSecret],
      ['an expired key', expired],
      ['a revoked key', revoked],
    ])('is refused: %s', async (_, clientFor) => {
      const client = await clientFor();

      for (const method of ['GET', 'HEAD']) {
        const answer = await client.request(method, '/subscriptions', { validate: method === 'GET' });
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer\b/);
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
      }
      expect((await listSubscriptions(client)).body).toMatchObject({
        code: 'unauthenticated',
        status: 401,
        instance: '/subscriptions',
      });
    });

    it('is refused before the body is read', async () => {
      const { hostname, port } = new URL(service.url);
      const socket = connect(Number(port), hostname);
      socket.write(`POST /webhooks/order.created HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000\r\n\r\n`);
      const [head] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      expect(head.toString()).toMatch(/^HTTP\/1\.1 401 /);
    });
  });

  describe('roles', () => {
    const operations = documentedOperations();
    const clients = new Map<Role, ApiClient>();
    let existing: Readonly<Record<string, string>>;

    beforeAll(async () => {
      await createTenant(admin, 'empty');
      const { id: subscription } = await admin.createSubscription(aSubscription({ state: 'paused' }));
      const { task_id: delivery, event_id: event } = await admin.publish(subscription, { n: 1 });
      const { id: key } = await readerKey();
      existing = { subscriptions: subscription, deliveries: delivery, status: delivery, events: event, keys: key, tenants: 'empty', ingest: subscription }; // prettier-ignore
      clients.set('admin', admin);
      for (const role of ROLES) if (role !== 'admin') clients.set(role, await clientOf(admin, 'default', role));
    });

    const idFor = (template: string): string => existing[template.split('/')[1]!] ?? 'order.created';

    it('differ between operations, as the document says', () => {
      expect(operations.length).toBeGreaterThanOrEqual(30);
      expect(new Set(operations.map(({ roles }) => roles.join())).size).toBe(5);
    });

    it.each(operations.flatMap((operation) => ROLES.map((role) => ({ role, operation, name: operation.operationId }))))(
      'let $role call $name, or refuse it and change nothing',
      async ({ role, operation }) => {
        const { method, roles, template } = operation;
        const body = bodyFor(operation);
        const isLetIn = roles.includes(role);
        const before = isLetIn ? {} : await everythingStored(database);
        // A role with access names resources that do not exist, so that nothing another role needs is changed.
        const ids = isLetIn ? {} : { id: idFor(template), task_id: idFor(template), subscription_id: idFor(template) };

        const answer = await clients.get(role)!.request(method, pathOf(operation, ids), body && { body });

        if (isLetIn) {
          expect(answer.status).not.toBe(401);
          expect(answer.status).not.toBe(403);
          expect(answer.status).toBeLessThan(500);
        } else {
          expect(answer).toMatchObject({ status: 403, body: { code: 'not_permitted' } });
          expect(await everythingStored(database)).toEqual(before);
        }
      },
    );
  });

  it('is not needed for health, metrics and documentation', async () => {
    for (const path of ['/health/live', '/health/ready', '/health', '/metrics', '/docs', '/openapi.json']) {
      expect((await fetch(service.url + path)).status).toBe(200);
    }
  });
});
