import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { makeToken } from '../support/make-token.js';
import { requestAs } from '../support/any-host-request.js';
import { ApiClient } from '../support/api-client.js';
import { fastSettings } from '../support/fast-settings.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DEMO = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url));

/** Runs `npm run demo`. @returns its exit code and everything that it printed */
function runDemo(...args: string[]): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    const { PATH = '', HOME = '' } = process.env;
    execFile(process.execPath, [DEMO, ...args], { env: { PATH, HOME } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, output: stdout + stderr });
    });
  });
}

/** Runs what `npm start` runs, with existing PostgreSQL and Redis. */
describe('the local start, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => service.stop());
  afterAll(() => database.drop());

  const start = async (given: Record<string, string>): Promise<void> => {
    const settings = fastSettings(database, { ALLOWED_TARGET_CIDRS: '', ...given });
    service = await startService({ entry: 'local/local.main', settings });
  };

  it('delivers to its echo receiver, which answers this machine alone', async () => {
    await start({});
    const api = new ApiClient(service.url);
    const auth = { type: 'bearer', token: 'of-the-receiver' };
    const body = { target_url: `${service.url}/echo/demo`, event_type: 'a', auth };
    const { id } = await api.expect<{ id: string }>(201, 'POST', '/subscriptions', { body });

    expect(await api.untilFinal((await api.publish(id, { n: 42 })).task_id)).toMatchObject({ status: 'delivered' });

    expect(await api.request('GET', '/echo/demo')).toMatchObject({
      status: 200,
      body: [{ body: '{"n":42}', headers: { authorization: 'Bearer of-the-receiver' } }],
    });
    const { host } = new URL(service.url);
    const type = { 'content-type': 'text/plain' };
    const foreign = [
      [{ host: 'rebound.example' }, 'foreign_host'],
      [{ host, origin: 'https://evil.example' }, 'foreign_origin'],
      [{ host, 'sec-fetch-site': 'cross-site' }, 'foreign_origin'],
    ] as const;
    for (const method of ['GET', 'POST']) {
      for (const [headers, code] of foreign) {
        const { status, text } = await requestAs(service.url, method, '/echo/demo', { ...type, ...headers });
        expect([status, JSON.parse(text)]).toEqual([403, expect.objectContaining({ code })]);
      }
    }
    expect((await api.request('GET', '/echo/demo')).body).toHaveLength(1);
    const ill = await api.request('POST', '/echo/ill?status=503&delay=0.05&retry_after=1', { body: { n: 1 } });
    expect([ill.status, ill.headers.get('retry-after'), ill.body]).toEqual([503, '1', { received: false }]);
    expect(await api.request('POST', '/echo/ill?status=99', { body: { n: 1 } })).toMatchObject({ status: 422 });
    expect(service.output()).toContain(`What the receiver got: curl -s ${service.url}/echo/demo`);
    expect(service.output()).toMatch(new RegExp(`Dashboard: ${service.url}/ui\\n[^]*is ready at`));
    const browser = await fetch(service.url, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect([browser.status, browser.headers.get('location')]).toEqual([302, '/ui']);
    const config: unknown = await (await fetch(`${service.url}/ui/config.json`)).json();
    expect(config).toMatchObject({ access: 'open', has_echo: true });
  });

  it('delivers to the name of this machine, whichever loopback address the receiver listens on', async () => {
    await start({});
    const api = new ApiClient(service.url);
    for (const address of ['127.0.0.1', '::1']) {
      const receiver = await ScriptedReceiver.start(address);
      const body = { target_url: `http://localhost:${new URL(receiver.url()).port}/hook`, event_type: 'a' };
      const { id } = await api.expect<{ id: string }>(201, 'POST', '/subscriptions', { body });

      const delivery = await api.untilFinal((await api.publish(id, { n: 42 })).task_id);

      expect([address, delivery.status, receiver.requestsTo('/hook').length]).toEqual([address, 'delivered', 1]);
      await receiver.close();
    }
  });

  it('loses by the demo, when it is asked to remove, what demos have made and nothing else', async () => {
    await start({});
    const api = new ApiClient(service.url);
    const target = { target_url: `${service.url}/echo/demo`, event_type: 'a' };
    const { id: own } = await api.createSubscription({ ...target, metadata: { made_by: 'somebody' } });
    await api.createSubscription({ ...target, metadata: { made_by: 'npm run demo' } });

    expect(await runDemo('--url', service.url, '--remove')).toEqual({
      code: 0,
      output: expect.stringContaining('Removed 1 subscription.') as string,
    });

    const { data } = await api.expect<{ data: { id: string }[] }>(200, 'GET', '/subscriptions');
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining([own]));
    expect(data).not.toContainEqual(expect.objectContaining({ metadata: { made_by: 'npm run demo' } }));
  });

  it('is where the demo publishes to, and nowhere else', async () => {
    const key = makeToken();
    await start({ API_ACCESS: 'keys', BOOTSTRAP_API_KEY: key });

    const withKeys = await runDemo('--url', service.url);
    const elsewhere = await runDemo('--url', 'http://webhooks.example.com');

    expect(withKeys).toEqual({ code: 1, output: expect.stringContaining('has no echo receiver') as string });
    expect(elsewhere).toEqual({ code: 1, output: expect.stringContaining('on this machine only') as string });
    const { body } = await new ApiClient(service.url).as(key).request('GET', '/subscriptions');
    expect(JSON.stringify(body)).not.toContain('npm run demo');
  });

  it.each(['127.0.0.1', '0.0.0.0'])(
    'has no echo receiver when keys are required, on %s, and sends nothing to itself',
    async (HOST) => {
      const key = makeToken();
      await start({ HOST, API_ACCESS: 'keys', BOOTSTRAP_API_KEY: key });
      const api = new ApiClient(service.url).as(key);

      for (const method of ['GET', 'POST'])
        expect(await api.request(method, '/echo/demo')).toMatchObject({ status: 404 });

      for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
        const body = { target_url: `http://${host}:8000/`, event_type: 'a' };
        expect(await api.request('POST', '/subscriptions', { body })).toMatchObject({ status: 422 });
      }
      expect(service.output()).toContain('set KEY to yours, and TARGET to the URL of a receiver');
      expect(service.output()).not.toContain('/echo/');
    },
  );
});
