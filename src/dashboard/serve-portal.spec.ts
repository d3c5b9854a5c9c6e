import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { VERSION } from '../shared/version.js';
import { serveDashboard } from './serve-dashboard.js';

const PAGE = '<!doctype html><title>The portal</title>';
const SCRIPT = 'console.log(1)';
const policyWith = (ancestors: string): string =>
  `default-src 'self';base-uri 'none';form-action 'self';frame-ancestors ${ancestors};object-src 'none'`;

describe('the portal', () => {
  let directory: string;
  let app: FastifyInstance;
  let isAway = false;

  const originsFor = (tenantId: string | undefined): Promise<readonly string[]> =>
    isAway
      ? Promise.reject(new Error('The database is away'))
      : Promise.resolve(tenantId === 'acme' ? ['https://app.example.com', 'https://b.example'] : []);

  beforeEach(() => {
    isAway = false;
    directory = mkdtempSync(join(tmpdir(), 'webhooks-portal-'));
    app = fastify();
    mkdirSync(join(directory, 'portal', 'assets'), { recursive: true });
    writeFileSync(join(directory, 'index.html'), 'the dashboard');
    writeFileSync(join(directory, 'portal', 'portal.html'), PAGE);
    writeFileSync(join(directory, 'portal', 'element.js'), SCRIPT);
    writeFileSync(join(directory, 'portal', 'assets', 'portal-a1b2.js'), SCRIPT);
  });
  afterEach(async () => {
    await app.close();
    rmSync(directory, { recursive: true });
  });

  const serve = (portal: 'on' | 'off' = 'on', ui: 'on' | 'off' = 'on'): void => {
    serveDashboard(app, { ui, portal, apiAccess: 'keys' }, { originsFor }, directory);
  };

  it.each(['/portal', '/portal/', '/portal?tenant=acme', '/portal/deliveries/dlv_1?tenant=acme&status=failed'])(
    'serves its page at %s, never cached',
    async (url) => {
      serve();

      const { statusCode, body, headers } = await app.inject(url);

      expect([statusCode, body, headers['cache-control']]).toEqual([200, PAGE, 'no-store']);
    },
  );

  it('lets pages of the listed origins frame it, and says nothing that contradicts that', async () => {
    serve();

    const { headers } = await app.inject('/portal/deliveries?tenant=acme');

    expect(headers['content-security-policy']).toBe(policyWith('https://app.example.com https://b.example'));
    expect(headers).not.toHaveProperty('x-frame-options');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  it.each([
    ['of a tenant that lists nobody', '/portal?tenant=bare'],
    ['without a tenant', '/portal'],
    ['of two tenants', '/portal?tenant=acme&tenant=bare'],
    ['beside the page', '/portal/assets/portal-a1b2.js?tenant=acme'],
  ])('lets nobody frame what is %s', async (_, url) => {
    serve();

    const { headers } = await app.inject(url);

    expect(headers['content-security-policy']).toBe(policyWith("'none'"));
    expect(headers['x-frame-options']).toBe('DENY');
  });

  it('serves its page to nobody in a frame while the list cannot be read', async () => {
    isAway = true;
    serve();

    const { statusCode, headers } = await app.inject('/portal?tenant=acme');

    expect([statusCode, headers['content-security-policy']]).toEqual([200, policyWith("'none'")]);
  });

  it('tells its page whose messages to trust', async () => {
    serve();

    const { body, headers } = await app.inject('/portal/config.json?tenant=acme');

    expect(JSON.parse(body)).toEqual({
      version: VERSION,
      frame_ancestors: ['https://app.example.com', 'https://b.example'],
    });
    expect(headers['cache-control']).toBe('no-store');
    expect((await app.inject('/portal/config.json')).json()).toMatchObject({ frame_ancestors: [] });
  });

  it('lets pages of all origins load its element, and none the other files', async () => {
    serve();

    const element = await app.inject({ url: '/portal/element.js', headers: { origin: 'https://app.example.com' } });
    const other = await app.inject('/portal/assets/portal-a1b2.js');

    expect([element.body, element.headers['cache-control']]).toEqual([SCRIPT, 'no-cache']);
    expect(element.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'content-type': expect.stringContaining('javascript') as string,
    });
    expect(other.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(other.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('says that it is being built until it is', async () => {
    rmSync(join(directory, 'portal', 'portal.html'));
    serve();

    const { statusCode, body } = await app.inject('/portal');

    expect([statusCode, body]).toEqual([503, expect.stringContaining('being built')]);
  });

  it('and the dashboard are turned off one by one', async () => {
    serve('off');
    expect((await app.inject('/portal')).statusCode).toBe(404);
    expect((await app.inject('/portal/element.js')).statusCode).toBe(404);
    expect((await app.inject('/ui')).body).toBe('the dashboard');

    const other = fastify();
    serveDashboard(other, { ui: 'off', portal: 'on', apiAccess: 'keys' }, { originsFor }, directory);
    expect((await other.inject('/ui')).statusCode).toBe(404);
    expect((await other.inject('/portal/assets/portal-a1b2.js')).body).toBe(SCRIPT);
    await other.close();
  });
});
