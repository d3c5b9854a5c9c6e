import { LIMITS } from '../../src/shared/limits.js';
import { clientOf, createKey, createTenant, everythingStored } from '../support/access.js';
import { ApiClient, type PageAnswer } from '../support/api-client.js';
import { type AuditAnswer, AuditedService } from '../support/audited-service.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import { LiveView } from '../support/live-view.js';
import { type PortalLink, Portals, type PortalToken } from '../support/portals.js';
import { sendRaw } from '../support/raw-request.js';

interface ListedPortal {
  readonly id: string;
  readonly tenant_id: string;
  readonly actor: string | null;
  readonly created_by: string | null;
  readonly exchanged_at: string | null;
}

describe('portal sessions, with real PostgreSQL and Redis', () => {
  let service: AuditedService;
  let admin: ApiClient;
  let portals: Portals;

  beforeAll(async () => {
    service = await AuditedService.start();
    admin = service.admin;
    portals = new Portals(service.url, admin);
    await createTenant(admin, 'acme');
  });

  afterAll(() => service.stop());

  const as = ({ token }: PortalToken): ApiClient => new ApiClient(service.url).as(token);
  const listed = async (query = ''): Promise<ListedPortal[]> => {
    const path = `/portal-sessions?limit=200${query}`;
    return [...(await admin.expect<PageAnswer<ListedPortal>>(200, 'GET', path)).data];
  };
  const codeOf = ({ url }: PortalLink): string => /#code=(.*)$/.exec(url)![1]!;

  it('begin with a link whose code only its page sees, and tell the page all that it needs', async () => {
    const theme = { mode: 'dark', primary: '#0f766e', radius: 6 };
    const terms = { tenant_id: 'acme', refresh_url: 'https://app.example.com/portal', theme, actor: 'user-42' };
    const link = await portals.link({ ...terms, expires_in: 120 });
    const exchanged = await portals.exchange(link);

    expect(link.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/portal\?tenant=acme#code=whc_[0-9a-z]{26}_[\w-]{43}$/);
    expect(exchanged).toMatchObject({
      status: 200,
      body: {
        id: link.id,
        tenant_id: 'acme',
        capabilities: ['deliveries:read'],
        subscription_ids: null,
        return_url: 'https://app.example.com/settings',
        refresh_url: 'https://app.example.com/portal',
        theme,
        expires_at: link.expires_at,
      },
    });
    expect(exchanged.headers.get('cache-control')).toBe('no-store');
    expect(Math.abs(Date.parse(link.expires_at) - Date.now() - 120_000)).toBeLessThan(60_000);
    const portal = as(exchanged.body as PortalToken);
    expect(await portal.request('GET', '/deliveries')).toMatchObject({ status: 200, body: { data: [] } });
    expect(await portal.request('GET', '/session')).toMatchObject({
      status: 200,
      body: { access: 'portal', id: link.id, role: null, tenant_id: 'acme', capabilities: ['deliveries:read'], key_id: null, expires_at: link.expires_at }, // prettier-ignore
    });
  });

  it('last an hour unless the host says otherwise', async () => {
    const { expires_at: end } = await portals.open();

    expect((Date.parse(end) - Date.now()) / 60_000).toBeCloseTo(60, 0);
  });

  it('are stored so that nothing in the database opens one', async () => {
    const link = await portals.link();
    const { token } = (await portals.exchange(link)).body as PortalToken;

    const stored = JSON.stringify(await everythingStored(service.database));
    expect(stored).not.toContain(token.slice(-43));
    expect(stored).not.toContain(codeOf(link).slice(-43));
    // The code is no token, and the token no code.
    for (const other of [codeOf(link), codeOf(link).replace('whc', 'whp')]) {
      expect(await admin.as(other).request('GET', '/deliveries')).toMatchObject({ status: 401 });
    }
    expect(await portals.exchange({ url: `#code=${token.replace('whp', 'whc')}` })).toMatchObject({
      status: 401,
      body: { code: 'portal_code_unknown' },
    });
  });

  it('begin once: a code that was used says so, and the session goes on', async () => {
    const link = await portals.link();
    const { token } = (await portals.exchange(link)).body as PortalToken;

    const again = await portals.exchange(link);

    expect(again).toMatchObject({ status: 401, body: { code: 'portal_code_used' } });
    expect(again.text).toContain('open the portal again');
    expect(await admin.as(token).request('GET', '/deliveries')).toMatchObject({ status: 200 });
  });

  it('begin once, even if the code is used many times at the same moment', async () => {
    const link = await portals.link();

    const answers = await Promise.all(Array.from({ length: 10 }, () => portals.exchange(link)));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(401)]);
    const entries = await service.read(`&target=${link.id}&action=portal_session.exchanged`);
    expect(entries.data).toHaveLength(1);
  });

  it('do not begin when the code has expired, is unknown, or was revoked', async () => {
    const [late, revoked] = [await portals.link(), await portals.link()];
    await service.database.query(
      `update portal_sessions set code_expires_at = now() where id = (select id from portal_sessions order by id desc offset 1 limit 1)`,
    );
    await admin.expect(204, 'DELETE', `/portal-sessions/${revoked.id}`);

    expect(await portals.exchange(late)).toMatchObject({ status: 401, body: { code: 'portal_code_expired' } });
    expect(await portals.exchange(revoked)).toMatchObject({ status: 401, body: { code: 'portal_code_unknown' } });
    const wrong = { url: late.url.replace(/.{43}$/, 'A'.repeat(43)) };
    expect(await portals.exchange(wrong)).toMatchObject({ status: 401, body: { code: 'portal_code_unknown' } });
    expect(await portals.exchange({ url: '#code=x' })).toMatchObject({ status: 422 });
  });

  it('end at their time, and are told from keys', async () => {
    const portal = as(await portals.open());
    expect(await portal.request('GET', '/deliveries')).toMatchObject({ status: 200 });

    await service.database.query(
      'update portal_sessions set expires_at = now() where id = (select max(id::text)::uuid from portal_sessions)',
    );

    const refused = await eventually(() => portal.request('GET', '/deliveries'), {
      until: ({ status }) => status === 401,
    });
    expect(refused).toMatchObject({ body: { code: 'session_ended' } });
    expect(refused.text).toContain('Open the portal again');
  });

  it('end one by one or all of a tenant, together with their live views, and with the key that made them', async () => {
    const one = await portals.open();
    const others = [await portals.open(), await portals.open({ tenant_id: 'acme' })];
    const { id: keyId, key } = await createKey(admin, { role: 'admin', tenant_id: 'acme' });
    const link = (await portals.ask({ tenant_id: 'acme' }, admin.as(key))).body as PortalLink;
    const ofKey = (await portals.exchange(link)).body as PortalToken;
    const view = await LiveView.open(service.url, { key: one.token });
    const statusOf = async (portal: PortalToken): Promise<number> =>
      (await as(portal).request('GET', '/deliveries')).status;

    await admin.expect(204, 'DELETE', `/portal-sessions/${one.id}`);
    expect(await statusOf(one)).toBe(401);
    await eventually(() => view.of('ended'), { until: ({ length }) => length === 1 });
    expect(await admin.request('DELETE', `/portal-sessions/${one.id}`)).toMatchObject({
      status: 404,
      body: { code: 'portal_session_not_found' },
    });
    await admin.expect(204, 'DELETE', `/keys/${keyId}`);
    await eventually(() => statusOf(ofKey), { until: (status) => status === 401 });
    expect(await Promise.all(others.map(statusOf))).toEqual([200, 200]);
    await admin.expect(204, 'DELETE', '/portal-sessions?tenant_id=acme');
    expect(await Promise.all(others.map(statusOf))).toEqual([200, 401]);
    expect(await listed('&tenant_id=acme')).toEqual([]);
    expect(await admin.request('DELETE', '/portal-sessions')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: 'tenant_id' }] },
    });
  });

  it('end with their tenant, which they do not keep from being deleted', async () => {
    await createTenant(admin, 'short-lived');
    const portal = as(await portals.open({ tenant_id: 'short-lived' }));
    expect(await portal.request('GET', '/deliveries')).toMatchObject({ status: 200 });

    await admin.expect(204, 'DELETE', '/tenants/short-lived');

    await eventually(() => portal.request('GET', '/deliveries'), { until: ({ status }) => status === 401 });
  });

  it('are made and seen by admins, each for the own tenants', async () => {
    const acme = await clientOf(admin, 'acme', 'admin');
    const { id } = (await portals.ask({ tenant_id: undefined, actor: 'user-7' }, acme)).body as PortalLink;
    const { id: foreign } = await portals.link();

    const { data } = await acme.expect<PageAnswer<ListedPortal>>(200, 'GET', '/portal-sessions');
    expect(data).toMatchObject([{ id, tenant_id: 'acme', actor: 'user-7', exchanged_at: null }]);
    expect(await portals.ask({}, acme)).toMatchObject({ status: 403, body: { code: 'other_tenant' } });
    expect(await acme.request('DELETE', `/portal-sessions/${foreign}`)).toMatchObject({ status: 404 });
    expect((await listed()).map((each) => each.id)).toEqual(expect.arrayContaining([id, foreign]));
    expect(await portals.ask({ tenant_id: undefined })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/tenant_id' }] },
    });
    expect(await portals.ask({ tenant_id: 'nobody' })).toMatchObject({ status: 404 });
  });

  it('cannot be limited to subscriptions that the tenant does not have', async () => {
    const { id } = await admin.createSubscription(aSubscription());
    const acme = admin.as(service.bootstrapKey, { 'x-tenant': 'acme' });
    const { id: foreign } = await acme.createSubscription(aSubscription());

    const refused = await portals.ask({ subscription_ids: [id, foreign] });

    expect(refused).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/subscription_ids/1', detail: 'is no subscription of tenant default' }] },
    });
  });

  it('are limited in number, in which links that nobody followed do not count', async () => {
    await createTenant(admin, 'crowded');
    await portals.open({ tenant_id: 'crowded' });
    const copy = (exchangedAt: string, count: number) =>
      service.database.query(
        `insert into portal_sessions (id, tenant_id, capabilities, return_url, code_hash, code_expires_at, exchanged_at, created_at, expires_at)
         select gen_random_uuid(), tenant_id, capabilities, return_url, code_hash, now(), ${exchangedAt}, created_at, expires_at
         from portal_sessions, generate_series(1, $1) where tenant_id = 'crowded' and token_hash is not null`,
        [count],
      );
    await copy('null', 100);
    await copy('now()', LIMITS.portalSessions - 2);

    await portals.link({ tenant_id: 'crowded' });

    expect(await portals.ask({ tenant_id: 'crowded' })).toMatchObject({
      status: 409,
      body: { code: 'too_many_portal_sessions', detail: expect.stringContaining('1000') as string },
    });

    // Those of a revoked key have ended, and the list does not show them.
    const { id } = await createKey(admin, { role: 'admin', tenant_id: 'crowded', name: 'stolen' });
    await service.database.query(
      `update portal_sessions set created_by = (select id from api_keys where name = 'stolen') where tenant_id = 'crowded'`,
    );
    await admin.expect(204, 'DELETE', `/keys/${id}`);
    await portals.link({ tenant_id: 'crowded' });
  });

  it('leave their id and the words of the host for who used them in the audit log', async () => {
    const link = await portals.link({ capabilities: ['subscriptions:write', 'secrets:read'], actor: 'user-42' });
    const portal = as((await portals.exchange(link)).body as PortalToken);
    const { id } = await portal.createSubscription(aSubscription());
    await portal.expect(200, 'GET', `/subscriptions/${id}/secret`);

    const { data } = await service.read(`&session_id=${link.id}`);

    const through = {
      actor: 'portal',
      key_id: null,
      session_id: link.id,
      session_actor: 'user-42',
      address: '127.0.0.1',
    };
    expect(data).toMatchObject([
      { action: 'subscription.secret_read', target: id, ...through },
      { action: 'subscription.created', target: id, ...through },
      { action: 'portal_session.exchanged', target: link.id, ...through },
    ]);
    const made = (await service.read(`&target=${link.id}&action=portal_session.created`)).data as AuditAnswer[];
    expect(made).toMatchObject([{ actor: 'key', key_id: service.bootstrapId, session_id: null }]);
  });

  it('are shown by a page that the origins of the tenant may frame, within a second of a change', async () => {
    const ancestorsOf = async (query: string): Promise<string | undefined> => {
      const { headers } = await fetch(`${service.url}/portal${query}`);
      return /frame-ancestors ([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1];
    };
    expect(await ancestorsOf('?tenant=acme')).toBe("'none'");

    const body = { frame_ancestors: ['https://app.example.com', 'http://localhost:3000'] };
    await admin.expect(200, 'PATCH', '/tenants/acme', { body });

    await eventually(() => ancestorsOf('?tenant=acme'), {
      until: (ancestors) => ancestors === 'https://app.example.com http://localhost:3000',
    });
    expect(await ancestorsOf('/deliveries?tenant=acme&status=failed')).toContain('https://app.example.com');
    expect(await Promise.all(['', '?tenant=default', '?tenant=nobody'].map(ancestorsOf))).toEqual(
      Array(3).fill("'none'"),
    );
    expect(await (await fetch(`${service.url}/portal/config.json?tenant=acme`)).json()).toMatchObject(body);
    await admin.expect(200, 'PATCH', '/tenants/acme', { body: { frame_ancestors: null } });
  });

  it('have no link where the service does not know its own address', async () => {
    const body = JSON.stringify({
      tenant_id: 'acme',
      capabilities: ['deliveries:read'],
      return_url: 'https://a.example/',
    });
    const ask = (host: string) =>
      sendRaw(
        service.url,
        `POST /portal-sessions HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nAuthorization: Bearer ${service.bootstrapKey}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );

    expect(await ask('webhooks.internal')).toMatchObject({
      status: 409,
      body: expect.stringContaining('public_url_missing') as string,
    });
    expect((await ask('localhost')).body).toContain('"url":"http://localhost/portal?tenant=acme#code=whc_');
  });

  it('cannot be made, opened or used at a process with PORTAL=off, but can be ended', async () => {
    const off = await service.startAnother('main.api', { PORTAL: 'off' });
    const link = await portals.link();
    const { id, token } = await portals.open();

    const refusal = { status: 404, body: { code: 'portal_off' } };
    expect(await portals.ask({}, off)).toMatchObject(refusal);
    const exchange = { body: { code: codeOf(link) } };
    expect(await off.request('POST', '/portal-sessions/exchange', exchange)).toMatchObject(refusal);
    expect(await off.as(token).request('GET', '/deliveries')).toMatchObject({ status: 401 });
    expect(await off.request('DELETE', `/portal-sessions/${id}`)).toMatchObject({ status: 204 });
    // The refusal has not used up the code.
    expect(await portals.exchange(link)).toMatchObject({ status: 200 });
  });
});
