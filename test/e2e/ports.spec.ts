import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { makeToken } from '../support/make-token.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const OPERATIONAL = ['/health/live', '/health/ready', '/health', '/metrics'];
const ORIGIN = 'https://console.example.com';

describe('ports and origins, with real PostgreSQL and Redis', () => {
  const authorization = `Bearer ${makeToken()}`;
  let database: TestDatabase;
  /** Has a port for operators, and lists two origins. */
  let apart: ServiceProcess;
  /** Has one port, and lists no origin. */
  let together: ServiceProcess;
  let settings: Record<string, string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    settings = fastSettings(database, {
      API_ACCESS: 'keys',
      BOOTSTRAP_API_KEY: authorization.replace('Bearer ', ''),
    });
    const ofApart = { ...settings, ADMIN_PORT: '0', CORS_ORIGINS: `http://localhost:3000,${ORIGIN}` };
    apart = await startService({ entry: 'main', settings: ofApart });
    together = await startService({ entry: 'main.api', settings });
  });

  afterAll(async () => {
    expect(await Promise.all([apart.stop(), together.stop()])).toEqual([0, 0]);
    await database.drop();
  });

  describe('a port for operators', () => {
    it.each(OPERATIONAL)('serves %s, which the other port does not', async (path) => {
      expect(apart.adminUrl).not.toBe(apart.url);
      for (const each of [path, `${path}/`, `${path}?verbose`]) {
        expect((await fetch(apart.adminUrl + path)).status).toBe(200);
        const elsewhere = await fetch(apart.url + each, { headers: { authorization } });
        expect(elsewhere.status).toBe(404);
        expect(elsewhere.headers.get('content-type')).toContain('application/problem+json');
        expect(await elsewhere.json()).toMatchObject({ code: 'not_found', instance: each.replace(/\?.*/, '') });
      }
      expect((await fetch(apart.url + path, { method: 'HEAD' })).status).toBe(404);
    });

    it.each([
      '/subscriptions',
      '/keys',
      '/tenants',
      '/audit',
      '/deliveries',
      '/ledger',
      '/stats',
      '/docs',
      '/docs/',
      '/openapi.json',
    ])('does not serve %s, which the other port does', async (path) => {
      for (const method of ['GET', 'HEAD']) {
        expect((await fetch(apart.adminUrl + path, { method, headers: { authorization } })).status).toBe(404);
        expect((await fetch(apart.url + path, { method, headers: { authorization } })).status).toBe(200);
      }
    });

    it('accepts no event', async () => {
      const publish = (url: string) =>
        fetch(`${url}/webhooks/order.created`, { method: 'POST', body: '{}', headers: { authorization } });

      expect((await publish(apart.adminUrl)).status).toBe(404);
      expect((await publish(apart.url)).status).toBe(202);
    });

    it('is the only port of a worker', async () => {
      const [port, adminPort] = await freePorts();
      const worker = await startService({
        entry: 'main.worker',
        settings: { ...settings, PORT: `${port}`, ADMIN_PORT: `${adminPort}` },
      });

      expect(worker.url).toBe(`http://127.0.0.1:${adminPort}`);
      for (const path of OPERATIONAL) expect((await fetch(worker.url + path)).status).toBe(200);
      for (const path of ['/subscriptions', '/docs', '/openapi.json']) {
        expect((await fetch(worker.url + path)).status).toBe(404);
      }
      await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow('fetch failed');
      expect(await worker.stop()).toBe(0);
    });

    it('is optional: without it, one port serves everything', async () => {
      for (const path of OPERATIONAL) expect((await fetch(together.url + path)).status).toBe(200);
      expect((await fetch(`${together.url}/keys`, { headers: { authorization } })).status).toBe(200);
    });
  });

  describe('the documentation', () => {
    it.each(['/docs', '/%64ocs', '/docs/'])('is served with headers that isolate it: %s', async (path) => {
      const { headers } = await fetch(together.url + path);
      const policy = directivesOf(headers.get('content-security-policy'));

      expect(policy.get('script-src')).toEqual(["'self'"]);
      expect(policy.get('default-src')).toEqual(["'self'"]);
      expect(policy.get('object-src')).toEqual(["'none'"]);
      expect(policy.get('script-src-attr')).toEqual(["'none'"]);
      expect(policy.has('upgrade-insecure-requests')).toBe(false);
      expect(policy.get('frame-ancestors')).toEqual(["'self'"]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
    });

    it.each(['/docs', '/docs/'])(
      'works under these headers: %s has no inline script, and everything it refers to exists',
      async (path) => {
        const page = new URL(path, together.url);
        const answer = await fetch(page);
        const html = await answer.text();
        const scripts = [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)];
        const styles = [...html.matchAll(/<link\b[^>]*rel="?stylesheet"?[^>]*>/gi)].map(([tag]) => tag);
        const policy = directivesOf(answer.headers.get('content-security-policy'));

        expect(scripts.length).toBeGreaterThan(0);
        expect(scripts.map(([, , content]) => content?.trim())).toEqual(scripts.map(() => ''));
        expect(html).not.toMatch(/<[a-z]+\b[^>]*\son[a-z]+\s*=/i);
        expect(html).not.toMatch(/(?:href|src)\s*=\s*["']?\s*javascript:/i);
        if (/<style\b/i.test(html)) expect(policy.get('style-src')).toContain("'unsafe-inline'");
        for (const [attributes, type] of [
          ...scripts.map(([, own]) => [own, 'javascript']),
          ...styles.map((own) => [own, 'css']),
        ]) {
          const source = /(?:src|href)=["']([^"']+)["']/i.exec(attributes!)![1]!;
          const url = new URL(source, page);
          expect(url.origin).toBe(page.origin);
          const loaded = await fetch(url);
          expect({ url: url.pathname, status: loaded.status }).toMatchObject({ status: 200 });
          expect(loaded.headers.get('content-type')).toContain(type);
          await loaded.arrayBuffer();
        }
      },
    );
  });

  describe('pages of other origins', () => {
    const preflight = (url: string, origin: string, path = '/subscriptions', method = 'PATCH') =>
      fetch(url + path, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': 'authorization,content-type,idempotency-key,x-tenant',
        },
      });
    const corsHeaders = ({ headers }: Response): string[] =>
      [...headers.keys()].filter((name) => name.startsWith('access-control-'));

    it('may make no calls by default', async () => {
      const answers = [
        await preflight(together.url, ORIGIN),
        await fetch(`${together.url}/subscriptions`, { headers: { origin: ORIGIN, authorization } }),
        await fetch(`${together.url}/openapi.json`, { headers: { origin: ORIGIN } }),
      ];

      expect(answers.flatMap(corsHeaders)).toEqual([]);
      expect(answers[0]!.ok).toBe(false);
    });

    it('may make calls with a key, by every method, when they are listed, after a preflight without a key', async () => {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        const answer = await preflight(apart.url, ORIGIN, '/subscriptions', method);

        expect(answer.status).toBe(204);
        expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
        expect(answer.headers.get('access-control-allow-methods')?.split(/, */)).toContain(method);
        const allowed = answer.headers.get('access-control-allow-headers')?.toLowerCase().split(/, */);
        expect(allowed).toEqual(
          expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'x-tenant']),
        );
        expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      }
      const called = await fetch(`${apart.url}/subscriptions`, { headers: { origin: ORIGIN, authorization } });
      expect(called.status).toBe(200);
      expect(called.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(called.headers.get('vary')?.toLowerCase()).toContain('origin');
      expect(called.headers.get('access-control-expose-headers')).toContain('X-Request-Id');
    });

    it('may read why a call is refused', async () => {
      for (const [path, init, status] of [
        ['/subscriptions', {}, 401],
        ['/subscriptions', { headers: { authorization, 'x-tenant': 'nobody' } }, 404],
        ['/nowhere', {}, 404],
        ['/webhooks/order.created', { method: 'POST', headers: { authorization } }, 422],
      ] as const) {
        const answer = await fetch(apart.url + path, { ...init, headers: { ...('headers' in init && init.headers), origin: ORIGIN } }); // prettier-ignore

        expect(answer.status).toBe(status);
        expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      }
    });

    it.each([
      'https://other.example.com',
      'http://console.example.com',
      'https://console.example.com:8443',
      'https://console.example.com.evil.test',
      'https://evil.test/https://console.example.com',
      'http://localhost',
      'null',
    ])('may make no calls unless they are listed: %s', async (origin) => {
      const answers = [
        await preflight(apart.url, origin),
        await fetch(`${apart.url}/subscriptions`, { headers: { origin, authorization } }),
      ];

      for (const { headers } of answers) expect(headers.get('access-control-allow-origin')).toBeNull();
    });
  });
});

function directivesOf(policy: string | null): Map<string, string[]> {
  const directives = (policy ?? '').split(';').map((each) => each.trim().split(/ +/));
  return new Map(directives.map(([name = '', ...sources]) => [name, sources]));
}

/** Two ports on which nothing listens. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return [ports[0]!, ports[1]!];
}
