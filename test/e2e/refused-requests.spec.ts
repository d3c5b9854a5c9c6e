import { makeToken } from '../../src/access/keys/make-token.js';
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

  it.each([
    ['no key', 401, () => ask('GET', '/subscriptions'), '/subscriptions', 'unauthenticated', null, null],
    [
      'an unknown key',
      401,
      () => ask('GET', '/keys', { authorization: `Bearer ${makeToken()}` }),
      '/keys',
      'unauthenticated',
      null,
      null,
    ],
    ['the wrong role', 403, () => ask('GET', '/keys', asPublisher()), '/keys', 'not_permitted', 'publisher', 'acme'],
    [
      'another tenant',
      403,
      () => ask('POST', '/webhooks/a', { ...asPublisher(), 'x-tenant': 'globex' }, '{}'),
      '/webhooks/:event_type',
      'other_tenant',
      'publisher',
      'acme',
    ],
    [
      'an unknown tenant',
      404,
      () => ask('GET', '/keys', { ...asAdmin, 'x-tenant': 'nobody' }),
      '/keys',
      'tenant_not_found',
      'admin',
      null,
    ],
    ['an unknown path', 404, () => ask('GET', `/${'x'.repeat(9000)}`, asAdmin), null, 'not_found', null, null],
    [
      'an unknown id',
      404,
      () => ask('GET', '/subscriptions/sub_01jf8m6k9ze8x9v4m3tq2w5r7y', asAdmin),
      '/subscriptions/:id',
      'subscription_not_found',
      'admin',
      'default',
    ],
    [
      'invalid input',
      422,
      () => ask('POST', '/subscriptions', asAdmin, '{}'),
      '/subscriptions',
      'invalid_input',
      'admin',
      'default',
    ],
    [
      'malformed JSON',
      400,
      () => ask('POST', '/subscriptions', asAdmin, '{'),
      '/subscriptions',
      'malformed_json',
      'admin',
      'default',
    ],
    [
      'a body that is too large',
      413,
      () => ask('POST', '/webhooks/a', asAdmin, 'x'.repeat(2000)),
      '/webhooks/:event_type',
      'too_large',
      'admin',
      'default',
    ],
    [
      'an undecodable path',
      400,
      () => ask('GET', '/subscriptions/%ff', asAdmin),
      null,
      'malformed_request',
      null,
      null,
    ],
    [
      'an invalid preflight request',
      400,
      () => ask('OPTIONS', '/subscriptions', { origin: 'https://console.example.com' }),
      null,
      null,
      null,
      null,
    ],
  ] as const)('leaves one line: %s', async (_what, status, send, route, code, key, tenant) => {
    const answer = await send();

    expect(answer.status).toBe(status);
    const line = await lineAbout(answer.headers.get('x-request-id') ?? '');
    expect(line).toMatchObject({
      level: 30,
      msg: 'request.refused',
      status,
      code,
      key_id: key === null ? null : { publisher: publisher.id, admin: admins }[key],
      tenant_id: tenant,
    });
    if (route !== null) expect(line['route']).toBe(route);
    expect(JSON.stringify(line).length).toBeLessThan(500);
  });

  it('leaves one line when the rate limit refuses it, with the tenant', async () => {
    const statuses = [];
    let last: Response;
    do {
      last = await ask('POST', '/webhooks/a', asPublisher(), '{}');
      statuses.push(last.status);
    } while (last.status === 202);

    expect(last.status).toBe(429);
    expect(await lineAbout(last.headers.get('x-request-id') ?? '')).toMatchObject({
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
