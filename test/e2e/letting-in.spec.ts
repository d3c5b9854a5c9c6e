import { makeToken } from '../support/make-token.js';
import { type PlainAnswer, requestAs } from '../support/any-host-request.js';
import { ApiClient, type ProblemAnswer } from '../support/api-client.js';
import { BrowserSession } from '../support/browser-session.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { metricOf } from '../support/metric-of.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('a client, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => service.stop());
  afterAll(() => database.drop());

  it('takes no room from publishers while it is unknown', async () => {
    const key = makeToken();
    const settings = { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: key, MAX_INGEST_REQUESTS: '1', MAX_INGEST_BYTES: '2048', MAX_PAYLOAD_BYTES: '1024' }; // prettier-ignore
    service = await startService({ entry: 'main.api', settings: fastSettings(database, settings) });
    const api = new ApiClient(service.url);
    const publish = (client: ApiClient) => client.request('POST', '/webhooks/a', { body: 'x'.repeat(1024) });

    for (const stranger of [api, api.as(makeToken())]) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => publish(stranger)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
      expect(await publish(api.as(key))).toMatchObject({ status: 202 });
    }
  });

  it('needs no session where no key is required, and is told so', async () => {
    service = await startService({ entry: 'main.api', settings: fastSettings(database) });
    const browser = new BrowserSession(service.url);

    expect(await browser.request('GET', '/session')).toMatchObject({
      status: 200,
      body: { access: 'open', role: 'admin', tenant_id: null, id: null, key_id: null, expires_at: null },
    });
    expect(await browser.signIn(makeToken())).toMatchObject({ status: 409, body: { code: 'session_not_needed' } });
    expect(browser.cookie).toBeNull();
  });

  it('is refused when it uses the host name of a foreign page, where no key is required', async () => {
    service = await startService({ entry: 'main', settings: fastSettings(database) });
    const { port } = new URL(service.url);
    const ask = (path: string, host: string): Promise<PlainAnswer> => requestAs(service.url, 'GET', path, { host });

    for (const host of ['rebound.example', `rebound.example:${port}`, 'localhost.example', '10.0.0.1', '::1']) {
      const { status, text } = await ask('/subscriptions', host);
      expect(status).toBe(403);
      expect(JSON.parse(text) as ProblemAnswer).toMatchObject({ code: 'foreign_host' });
    }
    for (const host of [
      `127.0.0.1:${port}`,
      '127.0.0.1',
      `localhost:${port}`,
      'LOCALHOST',
      'a.localhost',
      `[::1]:${port}`,
    ]) {
      expect(await ask('/subscriptions', host)).toMatchObject({ status: 200 });
    }
    expect(await ask('/health/ready', 'probe.example')).toMatchObject({ status: 200 });
  });

  it('is refused as a page of another origin where no key is required, except for the documentation and listed origins', async () => {
    const listed = 'https://console.example.com';
    service = await startService({ entry: 'main', settings: fastSettings(database, { CORS_ORIGINS: listed }) });
    const { port } = new URL(service.url);
    const call = (headers: Readonly<Record<string, string>>, method = 'POST'): Promise<PlainAnswer> =>
      requestAs(service.url, method, method === 'GET' ? '/subscriptions' : '/webhooks/a', {
        'content-type': 'text/plain',
        ...headers,
      });
    const accepted = (): Promise<number> => metricOf(service, 'webhook_events_accepted_total');

    const foreign = [
      { origin: 'https://evil.example' },
      // A port is part of an origin, and so is the name, even if two names mean this machine.
      { origin: 'http://localhost:1' },
      { origin: `http://localhost:${port}`, host: `127.0.0.1:${port}` },
      { origin: `https://evil.example/http://127.0.0.1:${port}` },
      { origin: `${listed}.evil.example` },
      { origin: 'null' },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      { origin: '' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign) {
      for (const method of ['POST', 'GET']) {
        const { status, text } = await call(headers, method);
        expect({ headers, status }).toEqual({ headers, status: 403 });
        expect(JSON.parse(text) as ProblemAnswer).toMatchObject({ code: 'foreign_origin' });
      }
    }
    expect(await accepted()).toBe(0);

    const own = [
      {},
      { origin: listed },
      { origin: listed, 'sec-fetch-site': 'cross-site' },
      { origin: `http://127.0.0.1:${port}` },
      { origin: `http://localhost:${port}`, host: `LOCALHOST:${port}` },
      // What its own page sends, even where it was told to send no referrer.
      { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' },
      { origin: 'null', 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of own) expect({ headers, ...(await call(headers)) }).toMatchObject({ headers, status: 202 });
    await eventually(accepted, { until: (count) => count === own.length });
    const fromElsewhere = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    for (const path of ['/docs', '/openapi.json', '/health/ready']) {
      expect(await requestAs(service.url, 'GET', path, fromElsewhere)).toMatchObject({ status: 200 });
    }
  });
});
