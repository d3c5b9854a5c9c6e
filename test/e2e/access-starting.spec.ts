import { makeToken } from '../support/make-token.js';
import { parseSettings } from '../../src/shared/config/settings.js';
import { createKey, type KeyAnswer } from '../support/access.js';
import { ApiClient, type PageAnswer } from '../support/api-client.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('starting with and without API keys, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let running: ServiceProcess[] = [];

  beforeEach(async () => {
    database = await createTestDatabase();
  });

  afterEach(async () => {
    await Promise.all(running.map((service) => service.kill()));
    running = [];
    await database.drop();
  });

  const start = async (given: Record<string, string>): Promise<ApiClient> => {
    const service = await startService({ entry: 'main.api', settings: fastSettings(database, given) });
    running.push(service);
    return new ApiClient(service.url);
  };
  const stopAll = async (): Promise<void> => {
    expect(await Promise.all(running.map((service) => service.stop()))).toEqual(running.map(() => 0));
    running = [];
  };
  const keyIds = async (admin: ApiClient): Promise<string[]> =>
    (await admin.expect<PageAnswer<KeyAnswer>>(200, 'GET', '/keys')).data.map(({ id }) => id);

  it('is refused without any key, and names the setting', async () => {
    const failure = await start({ API_ACCESS: 'keys' }).then(() => 'It started', String);

    expect(failure).toContain('It ended with 1');
    expect(failure).toContain('BOOTSTRAP_API_KEY');
  });

  it('is allowed for a worker without any key, because it serves no API', async () => {
    const settings = fastSettings(database, { API_ACCESS: 'keys', NODE_ENV: 'production' });
    const worker = await startService({ entry: 'main.worker', settings });
    running.push(worker);

    expect(await worker.stop()).toBe(0);
    running = [];
  });

  it('takes the first key once, however often and in however many processes the service starts', async () => {
    const token = makeToken();
    const given = { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: token };
    const [first] = await Promise.all([start(given), start(given)]);
    const ids = await keyIds(first.as(token));
    await stopAll();

    const again = (await start(given)).as(token);

    expect(ids).toHaveLength(1);
    expect(await keyIds(again)).toEqual(ids);
    const audit = await again.expect<PageAnswer<object>>(200, 'GET', '/audit?action=key.created');
    expect(audit.data).toMatchObject([{ target: ids[0], actor: 'service' }]);
  });

  it('keeps a revoked first key revoked, and then requires another admin key', async () => {
    const token = makeToken();
    const given = { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: token };
    const first = (await start(given)).as(token);
    const [id] = await keyIds(first);
    const { id: nextId, key } = await createKey(first, { role: 'admin' });
    await first.expect(204, 'DELETE', `/keys/${id!}`);
    await stopAll();

    const api = await start(given);

    expect(await api.as(token).request('GET', '/keys')).toMatchObject({ status: 401 });
    expect(await keyIds(api.as(key))).toEqual([nextId]);
    expect(await api.as(key).request('DELETE', `/keys/${nextId}`)).toMatchObject({
      status: 409,
      body: { code: 'last_admin_key' },
    });
  });

  it('is refused with a first key whose id is known with another secret', async () => {
    const token = makeToken();
    await start({ API_ACCESS: 'keys', BOOTSTRAP_API_KEY: token });
    const forged = token.slice(0, -10) + 'A'.repeat(10);

    const failure = await start({ API_ACCESS: 'keys', BOOTSTRAP_API_KEY: forged }).then(() => 'It started', String);

    expect(failure).toContain('It ended with 1');
    expect(failure).toContain('BOOTSTRAP_API_KEY');
    expect(failure).not.toContain(forged);
  });

  it('does not count an admin key that is about to expire as a remaining one', async () => {
    const token = makeToken();
    const admin = (await start({ API_ACCESS: 'keys', BOOTSTRAP_API_KEY: token })).as(token);
    const [id] = await keyIds(admin);
    const next = await admin.expect<{ id: string }>(201, 'POST', `/keys/${id!}/rotate`, { body: { overlap: 60 } });

    expect(await admin.request('DELETE', `/keys/${next.id}`)).toMatchObject({
      status: 409,
      body: { code: 'last_admin_key' },
    });
    expect(await admin.request('DELETE', `/keys/${id!}`)).toMatchObject({ status: 204 });
  });

  it('keeps one of two admin keys that are revoked at the same time', async () => {
    const token = makeToken();
    const given = { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: token };
    const [one, other] = (await Promise.all([start(given), start(given)])).map((api) => api.as(token));
    const { id } = await createKey(one!, { role: 'admin' });
    const [first] = (await keyIds(one!)).filter((each) => each !== id);

    const answers = await Promise.all([
      one!.request('DELETE', `/keys/${id}`),
      other!.request('DELETE', `/keys/${first!}`),
    ]);

    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
  });

  it('lets everybody in while access is open, but recognizes a presented key and its role', async () => {
    const api = await start({ API_ACCESS: 'open' });
    await api.createSubscription(aSubscription());
    const { key } = await createKey(api, { role: 'reader', tenant_id: 'default' });

    const reader = api.as(key);

    expect(await reader.request('GET', '/subscriptions')).toMatchObject({ status: 200 });
    expect(await reader.request('POST', '/subscriptions', { body: aSubscription() })).toMatchObject({ status: 403 });
    expect(await api.as(makeToken()).request('GET', '/subscriptions')).toMatchObject({ status: 401 });
    expect(await api.as('nonsense').request('GET', '/subscriptions')).toMatchObject({ status: 401 });
  });
});

/** That a process ends when its settings are refused is shown in starting.spec.ts. */
describe('settings of access and of encryption', () => {
  it.each([
    ['with a malformed first key', { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: 'whk_hunter2' }, '- BOOTSTRAP_API_KEY '],
    [
      'in production without an encryption key',
      { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: makeToken(), NODE_ENV: 'production', ENCRYPTION_KEY: '' },
      '- ENCRYPTION_KEY ',
    ],
    [
      'in production with a guessable encryption key',
      { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: makeToken(), NODE_ENV: 'production', ENCRYPTION_KEY: '00'.repeat(32) },
      '- ENCRYPTION_KEY ',
    ],
    ['open in production', { API_ACCESS: 'open', NODE_ENV: 'production' }, '- API_ACCESS '],
    ['open to other machines', { API_ACCESS: 'open', HOST: '0.0.0.0' }, '- API_ACCESS '],
    ['open to other machines by IPv6', { API_ACCESS: 'open', HOST: '::' }, '- API_ACCESS '],
    ['open and with a first key', { API_ACCESS: 'open', BOOTSTRAP_API_KEY: makeToken() }, '- API_ACCESS '],
    [
      'with both one encryption key and several',
      { ENCRYPTION_KEY: 'ab'.repeat(32), ENCRYPTION_KEYS: 'cd'.repeat(32) },
      '- ENCRYPTION_KEYS ',
    ],
  ])('are refused %s, and the setting is named', (_, given, named) => {
    const env = fastSettings({ url: 'postgres://nobody.asks.it/' } as TestDatabase, given);
    let refusal = 'They are accepted';
    try {
      parseSettings(env);
    } catch (error) {
      refusal = String(error);
    }

    expect(refusal).toContain(named);
    expect(refusal).not.toContain('hunter2');
    expect(refusal).not.toContain(('BOOTSTRAP_API_KEY' in given && given.BOOTSTRAP_API_KEY) || 'whk_hunter2');
  });
});
