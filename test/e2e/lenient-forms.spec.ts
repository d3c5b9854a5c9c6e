import { ApiClient } from '../support/api-client.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const KEY = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('a form that could be mistaken for another, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let api: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({ entry: 'main.api', settings: fastSettings(database) });
    api = new ApiClient(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const refused = async (field: object, pointer: string): Promise<void> => {
    const { id } = await api.createSubscription(aSubscription());
    const before = await database.query('select * from subscriptions order by id');
    const calls = [
      ['POST', '/subscriptions', aSubscription(field)],
      ['PUT', `/subscriptions/${id}`, aSubscription(field)],
      ['PATCH', `/subscriptions/${id}`, field],
      ...('secret' in field ? [['POST', `/subscriptions/${id}/rotate-secret`, field] as const] : []),
    ] as const;
    for (const [method, path, body] of calls) {
      const answer = await api.request(method, path, { body });
      expect([method, path, answer]).toMatchObject([method, path, { status: 422, body: { errors: [{ pointer }] } }]);
    }
    expect(await database.query('select * from subscriptions order by id')).toEqual(before);
  };

  it.each([
    ` whsec_${KEY}`,
    `whsec_${KEY}\n`,
    `v1,whsec_${KEY}`,
    `WHSEC_${KEY}`,
    `whsec-${KEY}`,
    `whsec:${KEY}`,
    `"whsec_${KEY}"`,
    `whsec_${KEY.slice(0, -1)}_`,
    `whsec_${KEY.slice(0, -1)}`,
    `whpk_${Buffer.alloc(32, 9).toString('base64')}`,
    ' a text of my own',
    '[redacted]',
  ])('is refused as a secret: %j', async (secret) => {
    await refused({ secret }, '/secret');
  });

  it.each([
    ' https://1.1.1.1/',
    'https://1.1.1.1/a\nb',
    'https://1.1.1.1/\ta',
    'https:1.1.1.1',
    'https:/1.1.1.1/',
    'https:///1.1.1.1/',
    'https:\\\\1.1.1.1/',
    'https://1.1.1.1\\a',
  ])('is refused as a target: %j', async (url) => {
    await refused({ target_url: url }, '/target_url');
  });

  it.each(['Bearer abc', 'bearer abc', 'Basic YTpi'])('is refused as a token: %j', async (token) => {
    await refused({ auth: { type: 'bearer', token } }, '/auth/token');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json'])(
    'is no body if it is {}, where none is needed: %s',
    async (type) => {
      const { id } = await api.createSubscription(aSubscription());
      const headers = { 'content-type': type };
      await api.expect(200, 'POST', `/subscriptions/${id}/rotate-secret`, { headers, body: ' {} ' });
      const other = await api.request('POST', `/subscriptions/${id}/rotate-secret`, { headers, body: '{"overlap":0}' });
      expect(other.status).toBe(type === 'application/json' ? 200 : 415);
    },
  );

  it('is not read into PUT: the state stays as it is unless it is given', async () => {
    const { id } = await api.createSubscription(aSubscription({ state: 'paused' }));
    const put = async (given: object) => api.expect(200, 'PUT', `/subscriptions/${id}`, { body: aSubscription(given) });

    expect(await put({ description: 'changed' })).toMatchObject({ state: 'paused', description: 'changed' });

    await database.query(`update subscriptions set state = 2, disabled_reason = 'gone' where state = 1`);
    const disabled = { state: 'disabled', disabled_reason: 'gone' };
    expect(await put({})).toMatchObject({ ...disabled, description: null });
    expect(await api.getSubscription(id)).toMatchObject(disabled);

    expect(await put({ state: 'paused' })).toMatchObject({ state: 'paused', disabled_reason: null });
    expect(await put({ state: 'active' })).toMatchObject({ state: 'active', disabled_reason: null });
    expect(await put({})).toMatchObject({ state: 'active' });
  });
});
