import { parsePublicId } from '../../src/shared/ids/public-id.js';
import { LIMITS } from '../../src/shared/limits.js';
import { clientOf, createKey, type CreatedKeyAnswer, createTenant, everythingStored } from '../support/access.js';
import { ApiClient, type ApiResponse, type PageAnswer } from '../support/api-client.js';
import type { AuditAnswer } from '../support/audited-service.js';
import { BrowserSession, FROM_OWN_PAGE } from '../support/browser-session.js';
import { endedKey } from '../support/ended-key.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { LiveView } from '../support/live-view.js';
import { makeToken } from '../support/make-token.js';
import { sendRaw } from '../support/raw-request.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface ListedSession {
  readonly id: string;
  readonly key_id: string;
  readonly tenant_id: string | null;
}

describe('sessions of browsers, with an API process on real PostgreSQL and Redis', () => {
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

  const aKey = (role: 'admin' | 'manager' | 'reader', tenant = 'default'): Promise<CreatedKeyAnswer> =>
    createKey(admin, { role, tenant_id: tenant });
  /** A browser that has signed in. */
  const browserWith = async (key: string): Promise<BrowserSession> => {
    const browser = new BrowserSession(service.url);
    expect(await browser.signIn(key)).toMatchObject({ status: 201 });
    return browser;
  };
  const list = (browser: BrowserSession, headers: Record<string, string> = {}): Promise<ApiResponse> =>
    browser.request('GET', '/subscriptions', { headers });
  const idOf = async (browser: BrowserSession): Promise<string> =>
    ((await browser.request('GET', '/session')).body as { id: string }).id;

  it('begin with a key, and have its role and its tenant', async () => {
    const { id: keyId, key } = await aKey('reader');
    const browser = new BrowserSession(service.url);

    const answer = await browser.signIn(key);

    expect(answer).toMatchObject({
      status: 201,
      body: {
        access: 'session',
        role: 'reader',
        tenant_id: 'default',
        key_id: keyId,
        capabilities: ['subscriptions:read', 'deliveries:read', 'payloads:read'],
      },
    });
    expect(browser.setCookie).toMatch(
      /^webhooks_session=whs_[0-9a-z]{26}_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await browser.request('GET', '/session')).toMatchObject({
      status: 200,
      body: { ...(answer.body as object) },
    });
    expect(await list(browser)).toMatchObject({ status: 200 });
    expect(await browser.request('POST', '/subscriptions', { body: aSubscription() })).toMatchObject({ status: 403 });
    expect(await list(browser, { 'x-tenant': 'acme' })).toMatchObject({ status: 403, body: { code: 'other_tenant' } });
  });

  it('begin with a key in the Authorization header as well', async () => {
    const { key } = await aKey('reader');
    const browser = new BrowserSession(service.url);
    const headers = { authorization: `Bearer ${key}` };

    expect(await browser.request('POST', '/session', { headers })).toMatchObject({ status: 201 });
    expect(await list(browser)).toMatchObject({ status: 200 });
  });

  it.each<[string, () => Promise<string>]>([
    ['was never made', () => Promise.resolve(makeToken())],
    ['has expired', async () => (await endedKey(admin, database)).key],
    ['has another secret', async () => (await aKey('reader')).key.replace(/.{43}$/, 'A'.repeat(43))],
  ])('do not begin with a key that %s', async (_, keyFor) => {
    const browser = new BrowserSession(service.url);

    expect(await browser.signIn(await keyFor())).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(browser.cookie).toBeNull();
  });

  it('do not begin without a key, or with one of another form', async () => {
    const browser = new BrowserSession(service.url);

    expect(await browser.request('POST', '/session')).toMatchObject({ status: 401 });
    expect(await browser.signIn('whk_1')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/key' }] } });
  });

  it('are stored so that nothing in the database opens one', async () => {
    const browser = await browserWith((await aKey('reader')).key);
    const token = browser.cookie!.split('=')[1]!;
    const [row] = await database.query<{ id: string; hash: string }>(
      `select replace(id::text, '-', '') as id, encode(secret_hash, 'base64') as hash from sessions order by id desc limit 1`,
    );

    const stored = JSON.stringify(await everythingStored(database));
    expect(stored).not.toContain(token.slice(-43));
    const planted = token.replace(/.{43}$/, row!.hash.replaceAll('+', '-').replaceAll('/', '_').slice(0, 43));
    browser.cookie = `webhooks_session=${planted}`;
    expect(await list(browser)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
  });

  it('are new with each sign-in, so that a cookie that somebody planted is worth nothing', async () => {
    const attacker = await browserWith((await aKey('reader')).key);
    const victim = new BrowserSession(service.url);
    victim.cookie = attacker.cookie;

    await victim.signIn((await aKey('manager')).key);

    expect(victim.cookie).not.toBe(attacker.cookie);
    // And the one that was planted has ended.
    expect(await list(attacker)).toMatchObject({ status: 401 });
    expect(await list(victim)).toMatchObject({ status: 200 });
    const two = `${victim.cookie!}; webhooks_session=whs_planted`;
    expect(await list(victim, { cookie: two })).toMatchObject({ status: 401, body: { code: 'session_ended' } });
  });

  it('are not even read for a page of another name: here, their cookie is for this machine alone', async () => {
    const browser = await browserWith((await aKey('manager')).key);
    const headers = { 'sec-fetch-site': '', origin: 'https://evil.example' };

    expect(await list(browser, headers)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(await browser.request('DELETE', '/session', { headers })).toMatchObject({ status: 401 });
    expect(await new BrowserSession(service.url).signIn(bootstrapKey, headers)).toMatchObject({ status: 403 });
    expect(await list(browser)).toMatchObject({ status: 200 });
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['a form of another site', { 'x-requested-with': '', 'sec-fetch-site': 'cross-site' }],
    ['a form of a page of this service', { 'x-requested-with': '' }],
    ['a script of another site', { 'sec-fetch-site': 'cross-site' }],
    ['a script of a neighbour in the domain', { 'sec-fetch-site': 'same-site' }],
    ['an old browser on another port of this machine', { 'sec-fetch-site': '', origin: 'http://127.0.0.1:1' }],
  ])('are not used by %s, which changes nothing', async (_, headers) => {
    const browser = await browserWith((await aKey('manager')).key);
    const before = await everythingStored(database);

    const answers = [
      await browser.request('POST', '/subscriptions', { body: aSubscription(), headers }),
      await browser.request('DELETE', '/session', { headers }),
      await list(browser, headers),
      await new BrowserSession(service.url).signIn(bootstrapKey, headers),
    ];

    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'foreign_request' } });
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
    expect(await everythingStored(database)).toEqual(before);
  });

  it('are not offered to a page that came by http from another machine', async () => {
    const head = `Host: webhooks.example.com\r\nConnection: close\r\nX-Requested-With: webhooks\r\nAuthorization: Bearer ${bootstrapKey}\r\n`;
    const signIn = (origin: string) =>
      sendRaw(service.url, `POST /session HTTP/1.1\r\n${head}Origin: ${origin}\r\nContent-Length: 0\r\n\r\n`);

    expect((await signIn('http://webhooks.example.com')).body).toContain('insecure_origin');
    expect(await signIn('https://webhooks.example.com')).toMatchObject({ status: 201 });
  });

  it('end when the browser signs out, which the audit log tells', async () => {
    const browser = await browserWith((await aKey('manager')).key);
    const { cookie } = browser;
    const id = await idOf(browser);
    const { id: made } = (await browser.request('POST', '/subscriptions', { body: aSubscription() })).body as { id: string }; // prettier-ignore

    expect(await browser.request('DELETE', '/session')).toMatchObject({ status: 204 });

    expect(browser.setCookie).toContain('Max-Age=0');
    expect(await list(browser, { cookie: cookie! })).toMatchObject({ status: 401, body: { code: 'session_ended' } });
    const { data } = await admin.expect<PageAnswer<AuditAnswer>>(200, 'GET', `/audit?session_id=${id}`);
    expect(data).toMatchObject([
      { action: 'session.ended', target: id, actor: 'key', session_id: id, session_actor: null },
      { action: 'subscription.created', target: made, actor: 'key', session_id: id },
      { action: 'session.created', target: id, actor: 'key', session_id: id },
    ]);
  });

  it('need a cookie to be ended', async () => {
    expect(await admin.request('DELETE', '/session')).toMatchObject({ status: 409, body: { code: 'no_session' } });
  });

  it('end when their key is revoked', async () => {
    const { id, key } = await aKey('reader');
    const browser = await browserWith(key);
    expect(await list(browser)).toMatchObject({ status: 200 });

    await admin.expect(204, 'DELETE', `/keys/${id}`);

    const refused = await list(browser);
    expect(refused).toMatchObject({ status: 401, body: { code: 'session_ended' } });
    expect(refused.text).toContain('no longer valid');
  });

  it('end when they are not used, and are prolonged while they are', async () => {
    const browser = await browserWith((await aKey('reader')).key);
    const id = await idOf(browser);
    const expiryOf = async (headers: Record<string, string> = {}): Promise<number> =>
      Date.parse(((await browser.request('GET', '/session', { headers })).body as { expires_at: string }).expires_at);
    const uuid = `(select max(id::text)::uuid from sessions)`;
    // As if it had been used a minute and a half ago.
    await database.query(`update sessions set expires_at = now() + interval '28 minutes' where id = ${uuid}`);

    // A page that nobody touches goes on asking.
    const isOld = (ms: number): boolean => ms < Date.now() + 28.5 * 60_000;
    await eventually(() => expiryOf({ 'x-idle': 'true' }), { until: isOld });
    for (let time = 0; time < 5; time += 1) await list(browser, { 'x-idle': 'true' });
    const [stored] = await database.query<{ expires_at: Date }>(`select expires_at from sessions where id = ${uuid}`);
    expect(isOld(stored!.expires_at.getTime())).toBe(true);

    const usedAtMs = Date.now();
    const prolonged = await eventually(() => expiryOf(), { until: (ms) => ms > usedAtMs + 29.5 * 60_000 });
    expect(prolonged).toBeLessThanOrEqual(Date.now() + 30 * 60_000);

    await database.query(`update sessions set expires_at = now() - interval '1 second' where id = ${uuid}`);
    await eventually(() => list(browser), { until: ({ status }) => status === 401 });
    expect(await admin.request('DELETE', `/sessions/${id}`)).toMatchObject({ status: 204 });
  });

  it('are limited for each key: a further one ends the one that was not used for longest', async () => {
    const { id: keyId, key } = await aKey('reader');
    const first = await browserWith(key);
    const second = await browserWith(key);
    await database.query(
      `insert into sessions select gen_random_uuid(), key_id, 'x', address, created_at, now() + interval '1 hour', expires_at
       from (select * from sessions order by id desc limit 1) s, generate_series(1, $1)`,
      [LIMITS.sessionsOfKey - 2],
    );

    await browserWith(key);

    expect(await list(first)).toMatchObject({ status: 401 });
    expect(await list(second)).toMatchObject({ status: 200 });
    const { data } = await admin.expect<PageAnswer<ListedSession>>(200, 'GET', '/sessions?limit=200');
    expect(data.filter(({ key_id: id }) => id === keyId)).toHaveLength(LIMITS.sessionsOfKey);
  });

  it('are listed and ended by admins, each for the own tenants', async () => {
    await createTenant(admin, 'acme');
    const ofAcme = await browserWith((await aKey('reader', 'acme')).key);
    const elsewhere = await browserWith((await aKey('reader')).key);
    const acme = await clientOf(admin, 'acme', 'admin');

    const { data } = await acme.expect<PageAnswer<ListedSession>>(200, 'GET', '/sessions');
    expect(data).toMatchObject([{ id: await idOf(ofAcme), tenant_id: 'acme', address: '127.0.0.1', role: 'reader' }]);
    const foreign = await idOf(elsewhere);
    expect(await acme.request('DELETE', `/sessions/${foreign}`)).toMatchObject({
      status: 404,
      body: { code: 'session_not_found' },
    });
    expect(await list(elsewhere)).toMatchObject({ status: 200 });

    await acme.expect(204, 'DELETE', `/sessions/${data[0]!.id}`);
    expect(await list(ofAcme)).toMatchObject({ status: 401 });
    await admin.expect(204, 'DELETE', `/sessions/${foreign}`);
    expect(await list(elsewhere)).toMatchObject({ status: 401 });
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['they are revoked', (id) => admin.expect(204, 'DELETE', `/sessions/${id}`)],
    // The open view is no use, so it does not prolong it.
    [
      'they expire',
      (id) => database.query('update sessions set expires_at = now() where id = $1', [parsePublicId(id, 'ses').uuid]),
    ],
  ])('end the live view, too, when %s', async (_, end) => {
    const browser = await browserWith((await aKey('reader')).key);
    const view = await LiveView.open(service.url, { headers: { ...FROM_OWN_PAGE, cookie: browser.cookie! } });

    await end(await idOf(browser));

    await eventually(() => view.hasEnded, { until: Boolean });
    expect(view.of('ended')).toMatchObject([{ data: { code: 'session_ended' } }]);
  });

  it('are not needed with a key, which goes before the cookie', async () => {
    const browser = await browserWith((await aKey('reader')).key);

    expect(await browser.request('GET', '/session', { headers: { authorization: `Bearer ${bootstrapKey}` } })).toMatchObject({ body: { access: 'key', role: 'admin', id: null, expires_at: null } }); // prettier-ignore
    const wrong = { authorization: `Bearer ${makeToken()}` };
    expect(await list(browser, wrong)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(await new ApiClient(service.url).request('GET', '/session')).toMatchObject({ status: 401 });
  });
});
