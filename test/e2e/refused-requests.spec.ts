import { makeToken } from '../support/make-token.js';
import { createKey, createTenant } from '../support/access.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { sendRaw } from '../support/raw-request.js';
import { type LogLine, type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('a refused request, with real PostgreSQL and Redis', () => {
  const bootstrapKey = makeToken();
  let database: TestDatabase;
  let service: ServiceProcess;
  let admin: ApiClient;
  /** A key of the tenant acme. */
  let publisher: { id: string; key: string };

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = fastSettings(database, {
      API_ACCESS: 'keys',
      BOOTSTRAP_API_KEY: bootstrapKey,
      ADMIN_PORT: '0',
      CORS_ORIGINS: 'https://console.example.com',
      MAX_PAYLOAD_BYTES: '1024',
      MAX_EVENTS_PER_SECOND: '1',
    });
    service = await startService({ entry: 'main', settings });
    admin = new ApiClient(service.url).as(bootstrapKey);
    await createTenant(admin, 'acme');
    publisher = await createKey(admin, { role: 'publisher', tenant_id: 'acme' });
  });

  afterAll(async () => {
    expect(await service.stop()).toBe(0);
    await database.drop();
  });

  const linesAbout = (requestId: string): LogLine[] => service.logs.filter((line) => line['request_id'] === requestId);
  const lineAbout = async (requestId: string): Promise<LogLine> => {
    const lines = await eventually(() => linesAbout(requestId), { until: ({ length }) => length > 0 });
    expect(lines).toHaveLength(1);
    return lines[0]!;
  };
  const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Response> =>
    fetch(service.url + path, { method, headers, ...(body !== undefined && { body }) });
  const asAdmin = { authorization: `Bearer ${bootstrapKey}`, 'content-type': 'application/json' };
  const asPublisher = (): Record<string, string> => ({ authorization: `Bearer ${publisher.key}` });
  const admins = `key_${bootstrapKey.split('_')[1]!}`;

  /** `who` names the key, if it is known; the route is not checked if it is left out. */
  const CASES: {
    what: string;
    status: number;
    send: () => Promise<Response>;
    line: object;
    who?: 'publisher' | 'admin';
  }[] = [
    {
      what: 'no key',
      status: 401,
      send: () => ask('GET', '/subscriptions'),
      line: { route: '/subscriptions', code: 'unauthenticated', tenant_id: null },
    },
    {
      what: 'an unknown key',
      status: 401,
      send: () => ask('GET', '/keys', { authorization: `Bearer ${makeToken()}` }),
      line: { route: '/keys', code: 'unauthenticated', tenant_id: null },
    },
    {
      what: 'the wrong role',
      status: 403,
      send: () => ask('GET', '/keys', asPublisher()),
      line: { route: '/keys', code: 'not_permitted', tenant_id: 'acme' },
      who: 'publisher',
    },
    {
      what: 'another tenant',
      status: 403,
      send: () => ask('POST', '/webhooks/a', { ...asPublisher(), 'x-tenant': 'globex' }, '{}'),
      line: { route: '/webhooks/:event_type', code: 'other_tenant', tenant_id: 'acme' },
      who: 'publisher',
    },
    {
      what: 'an unknown tenant',
      status: 404,
      send: () => ask('GET', '/keys', { ...asAdmin, 'x-tenant': 'nobody' }),
      line: { route: '/keys', code: 'tenant_not_found', tenant_id: null },
      who: 'admin',
    },
    {
      what: 'a long path that does not exist',
      status: 404,
      send: () => ask('GET', `/${'x'.repeat(9000)}`, asAdmin),
      line: { route: null, code: 'not_found', tenant_id: null },
    },
    {
      what: 'an unknown id',
      status: 404,
      send: () => ask('GET', '/subscriptions/sub_01jf8m6k9ze8x9v4m3tq2w5r7y', asAdmin),
      line: { route: '/subscriptions/:id', code: 'subscription_not_found', tenant_id: 'default' },
      who: 'admin',
    },
    {
      what: 'invalid input',
      status: 422,
      send: () => ask('POST', '/subscriptions', asAdmin, '{}'),
      line: { route: '/subscriptions', code: 'invalid_input', tenant_id: 'default' },
      who: 'admin',
    },
    {
      what: 'malformed JSON',
      status: 400,
      send: () => ask('POST', '/subscriptions', asAdmin, '{'),
      line: { route: '/subscriptions', code: 'malformed_json', tenant_id: 'default' },
      who: 'admin',
    },
    {
      what: 'a body that is too large',
      status: 413,
      send: () => ask('POST', '/webhooks/a', asAdmin, 'x'.repeat(2000)),
      line: { route: '/webhooks/:event_type', code: 'too_large', tenant_id: 'default' },
      who: 'admin',
    },
    {
      what: 'an undecodable path',
      status: 400,
      send: () => ask('GET', '/subscriptions/%ff', asAdmin),
      line: { code: 'malformed_request', tenant_id: null },
    },
    {
      what: 'a method that the path does not have',
      status: 405,
      send: () => ask('DELETE', '/subscriptions', {}),
      line: { code: 'method_not_allowed', tenant_id: null },
    },
  ];
  it.each(CASES)('leaves one line: $what', async ({ status, send, line, who }) => {
    const answer = await send();

    expect(answer.status).toBe(status);
    const written = await lineAbout(answer.headers.get('x-request-id') ?? '');
    const keyId = who === undefined ? null : { publisher: publisher.id, admin: admins }[who];
    expect(written).toMatchObject({ level: 30, msg: 'request.refused', status, key_id: keyId, ...line });
    expect(JSON.stringify(written).length).toBeLessThan(500);
  });

  it('leaves one line when the rate limit refuses it, with the tenant', async () => {
    const many = Array.from({ length: 20 }, () => ask('POST', '/webhooks/a', asPublisher(), '{}'));
    const refused = (await Promise.all(many)).find(({ status }) => status === 429);

    expect(await lineAbout(refused?.headers.get('x-request-id') ?? '')).toMatchObject({
      code: 'rate_limited',
      key_id: publisher.id,
      tenant_id: 'acme',
      route: '/webhooks/:event_type',
    });
  });

  it.each(['url', 'adminUrl'] as const)('leaves one line even if it is not HTTP, on each port: %s', async (port) => {
    const { body } = await sendRaw(service[port], 'GET /\0');
    const { request_id: requestId } = JSON.parse(body) as { request_id: string };

    expect(await lineAbout(requestId)).toMatchObject({ level: 30, msg: 'request.refused', method: null, status: 400 });
  });

  it('does not flood the log: lines and the number of those left out add up', async () => {
    const before = service.logs.length;
    const total = 1500;
    for (let sent = 0; sent < total; sent += 100) {
      await Promise.all(Array.from({ length: 100 }, async () => (await ask('GET', '/subscriptions')).arrayBuffer()));
    }

    const counted = (): number => {
      const lines = service.logs.slice(before);
      const leftOut = lines.filter(({ msg }) => msg === 'requests.not_logged').map((line) => Number(line['requests']));
      return lines.filter(({ msg }) => msg === 'request.refused').length + leftOut.reduce((sum, each) => sum + each, 0);
    };
    expect(await eventually(counted, { until: (sum) => sum === total })).toBe(total);
  });

  it('leaves one line of another kind when it fails, without the path', async () => {
    await database.query(`alter table subscriptions add constraint refused check (tenant_id = 'nobody') not valid`);
    const input = { target_url: 'https://1.1.1.1', event_type: 'a' };
    const answer = await ask('POST', '/subscriptions?', asAdmin, JSON.stringify(input));
    await database.query('alter table subscriptions drop constraint refused');

    expect(answer.status).toBe(500);
    const line = await lineAbout(answer.headers.get('x-request-id') ?? '');
    expect(line).toMatchObject({
      level: 50,
      msg: 'request.failed',
      route: '/subscriptions',
      status: 500,
      code: 'internal_error',
      key_id: admins,
      tenant_id: 'default',
    });
    expect(line).not.toHaveProperty('path');
  });
});
