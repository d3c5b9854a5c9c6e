import { ApiClient } from '../support/api-client.js';
import { fastSettings } from '../support/fast-settings.js';
import { OPERATIONS } from '../support/openapi-operations.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'];
const ORIGIN = 'https://console.example.com';
const DOCS = ['/', '/docs', '/openapi.json'];

const fits = (template: string, path: string): boolean =>
  new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);

/** The methods of each path, as the document lists them. A path without a parameter may fit another one with it. */
const PATHS = new Map<string, string[]>(DOCS.map((path) => [path, ['GET']]));
for (const { path } of OPERATIONS) {
  const filled = path.replaceAll(/\{\w+\}/g, 'anything');
  PATHS.set(
    filled,
    OPERATIONS.filter((operation) => fits(operation.path, filled)).map(({ method }) => method),
  );
}

const allowedOf = (methods: readonly string[]): string[] =>
  [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort();

describe('a path of the service, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let apart: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({ entry: 'main.api', settings: fastSettings(database) });
    apart = await startService({
      entry: 'main',
      settings: fastSettings(database, { ADMIN_PORT: '0', CORS_ORIGINS: ORIGIN }),
    });
  });

  afterAll(async () => {
    await Promise.all([service.stop(), apart.stop()]);
    await database.drop();
  });

  it.each([...PATHS])('%s answers other methods than %j with 405, and names these in Allow', async (path, methods) => {
    const allowed = allowedOf(methods);
    for (const method of METHODS.filter((each) => !allowed.includes(each))) {
      for (const url of [service.url + path, `${service.url}${path}?a=b`]) {
        const answer = await fetch(url, { method });
        expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, allowed.join(', ')]);
        const text = await answer.text();
        if (method !== 'HEAD') expect(JSON.parse(text)).toMatchObject({ code: 'method_not_allowed', status: 405 });
      }
    }
    const options = await fetch(service.url + path, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow'), await options.text()]).toEqual([204, allowed.join(', '), '']);
  });

  it('that does not exist is a 404 for every method, without Allow', async () => {
    for (const method of [...METHODS, 'OPTIONS']) {
      const answer = await fetch(`${service.url}/nothing/here`, { method });
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 404, null]);
    }
  });

  it('exists on its own port only, for other methods too', async () => {
    const statusOf = async (url: string) => (await fetch(url, { method: 'DELETE' })).status;

    expect(await statusOf(`${apart.adminUrl}/health`)).toBe(405);
    expect(await statusOf(`${apart.url}/health`)).toBe(404);
    expect(await statusOf(`${apart.adminUrl}/subscriptions`)).toBe(404);
    expect(await statusOf(`${apart.url}/subscriptions`)).toBe(405);
  });

  it('tells listed origins too which methods there are', async () => {
    const call = (method: string, headers: Record<string, string> = {}) =>
      fetch(`${apart.url}/subscriptions`, { method, headers: { origin: ORIGIN, ...headers } });

    const refused = await call('DELETE');
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([405, ORIGIN]);
    expect(refused.headers.get('access-control-expose-headers')).toContain('Allow');
    const options = await call('OPTIONS');
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
    const preflight = await call('OPTIONS', { 'access-control-request-method': 'POST' });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, ORIGIN]);
    for (const { headers } of [refused, options, preflight]) expect(headers.get('x-request-id')).not.toBeNull();
  });

  it('at the root leads to the documentation, and to the health where that is served', async () => {
    const welcome = async (url: string) => {
      const answer = await new ApiClient(url, { validate: false }).request('GET', '/');
      expect(answer.status).toBe(200);
      return answer.body as Record<string, string>;
    };
    const { name, version, ...links } = await welcome(service.url);

    expect([name, version]).toEqual(['Webhook Delivery Service', expect.stringMatching(/^\d+\.\d+\.\d+/)]);
    expect(links).toEqual({ docs: '/docs', openapi: '/openapi.json', health: '/health' });
    for (const path of Object.values(links)) expect((await fetch(service.url + path)).status).toBe(200);
    expect(Object.keys(await welcome(apart.url))).not.toContain('health');
  });
});
