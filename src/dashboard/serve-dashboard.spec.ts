import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import fastify, { type FastifyInstance } from 'fastify';
import { VERSION } from '../shared/version.js';
import { serveDashboard } from './serve-dashboard.js';

const SCRIPT = 'console.log(1)';
const PAGE = '<!doctype html><title>Webhooks</title>';
const NOBODY = { originsFor: () => Promise.resolve([]) };

describe('the dashboard', () => {
  let directory: string;
  let app: FastifyInstance;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'webhooks-dashboard-'));
    app = fastify();
    app.get('/', () => ({ name: 'welcome' }));
  });
  afterEach(async () => {
    await app.close();
    rmSync(directory, { recursive: true });
  });

  const build = (): void => {
    mkdirSync(join(directory, 'assets'));
    writeFileSync(join(directory, 'index.html'), PAGE);
    writeFileSync(join(directory, 'theme.js'), SCRIPT);
    writeFileSync(join(directory, 'assets', 'index-a1b2.js'), SCRIPT);
    writeFileSync(join(directory, 'assets', 'index-a1b2.js.br'), brotliCompressSync(SCRIPT));
  };
  const serve = (ui: 'on' | 'off' = 'on'): void => {
    serveDashboard(app, { ui, portal: 'on', apiAccess: 'keys' }, NOBODY, directory);
  };

  it.each(['/ui', '/ui/', '/ui/deliveries/dlv_1?status=failed&since=%'])(
    'serves its page at %s, never cached',
    async (url) => {
      build();
      serve();

      const { statusCode, body, headers } = await app.inject(url);

      expect([statusCode, body]).toEqual([200, PAGE]);
      expect(headers['cache-control']).toBe('no-store');
    },
  );

  it('allows pages nothing inline, nothing foreign, and no frame around them', async () => {
    build();
    serve();

    const { headers } = await app.inject('/ui');

    expect(headers['content-security-policy']).toBe(
      "default-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none';object-src 'none'",
    );
    expect(headers['x-frame-options']).toBe('DENY');
    expect((await app.inject('/')).headers).not.toHaveProperty('content-security-policy');
  });

  it('serves files with a hash in their names compressed, to be kept for good', async () => {
    build();
    serve();

    const packed = await app.inject({ url: '/ui/assets/index-a1b2.js', headers: { 'accept-encoding': 'gzip, br' } });
    const plain = await app.inject('/ui/assets/index-a1b2.js');

    expect(packed.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
      'content-type': expect.stringContaining('javascript') as string,
      vary: expect.stringMatching(/accept-encoding/i) as string,
    });
    expect(brotliDecompressSync(packed.rawPayload).toString()).toBe(SCRIPT);
    expect(plain.body).toBe(SCRIPT);
    expect(plain.headers).not.toHaveProperty('content-encoding');
  });

  it('has files without a hash asked for again each time', async () => {
    build();
    serve();

    const { body, headers } = await app.inject('/ui/theme.js');

    expect([body, headers['cache-control']]).toEqual([SCRIPT, 'no-cache']);
    expect(headers).toHaveProperty('etag');
  });

  it.each(['/ui/assets/gone-0000.js', '/ui/gone.js', '/ui/assets/..%2findex.html'])(
    'has no page in place of a file that is missing: %s',
    async (url) => {
      build();
      serve();

      const { statusCode, body } = await app.inject(url);

      expect([404, 403]).toContain(statusCode);
      expect(body).not.toContain(PAGE);
    },
  );

  it('lets nobody keep the answer that a file with a hash is missing, because another version may have it', async () => {
    build();
    serve();

    for (const url of ['/ui/assets/gone-0000.js', '/ui/assets/..%2findex.html', '/ui/assets/']) {
      const { statusCode, headers } = await app.inject({ url, headers: { 'accept-encoding': 'br' } });
      expect([url, statusCode >= 400, headers['cache-control']]).toEqual([url, true, 'no-store']);
    }
  });

  it('says that it is being built until it is', async () => {
    serve();

    const before = await app.inject('/ui/deliveries');
    build();
    const after = await app.inject('/ui/deliveries');

    expect(before.statusCode).toBe(503);
    expect(before.headers).toMatchObject({ 'retry-after': '2', 'cache-control': 'no-store' });
    expect(before.body).toContain('being built');
    expect([after.statusCode, after.body]).toEqual([200, PAGE]);
  });

  it('tells its pages what they cannot ask the API', async () => {
    app.post('/echo/:bin', () => '');
    serve();

    const { headers, body } = await app.inject('/ui/config.json');

    expect(JSON.parse(body)).toEqual({ version: VERSION, access: 'keys', has_echo: true });
    expect(headers['cache-control']).toBe('no-store');
  });

  it('takes browsers from the root of the service, and leaves programs there', async () => {
    serve();

    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const browser = await app.inject({ url: '/', headers: { accept } });
    const programs = await Promise.all(
      [{ accept: '*/*' }, { accept: 'application/json' }, {}].map((headers) => app.inject({ url: '/', headers })),
    );

    expect([browser.statusCode, browser.headers.location]).toEqual([302, '/ui']);
    expect(programs.map(({ statusCode, body }) => [statusCode, body])).toEqual(
      Array.from({ length: 3 }, () => [200, '{"name":"welcome"}']),
    );
    expect(programs[0]?.headers).toMatchObject({ vary: 'accept' });
  });

  it('is not there if it is turned off', async () => {
    build();
    serve('off');

    expect((await app.inject('/ui')).statusCode).toBe(404);
    expect((await app.inject({ url: '/', headers: { accept: 'text/html' } })).statusCode).toBe(200);
  });
});
