import { ApiClient, type ProblemAnswer } from '../support/api-client.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the API, given bad input, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let api: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({ entry: 'main', settings: fastSettings(database, { MAX_PAYLOAD_BYTES: '2048' }) });
    api = new ApiClient(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  const problem = async (method: string, path: string, request: object = {}): Promise<ProblemAnswer> =>
    (await api.request(method, path, request)).body as ProblemAnswer;
  const unknownId = (kind: string): string => `${kind}_01k6zv1yqpe7rtqq6zjy200000`;
  const JSON_TYPE = { 'content-type': 'application/json' };

  describe('in subscriptions', () => {
    it('names every fault of a request at once', async () => {
      const answer = await api.request('POST', '/subscriptions', {
        body: {
          target_url: 'http://169.254.169.254/latest',
          event_types: ['fine', 'not fine', 'order*'],
          secret: 'short',
          headers: { Host: 'x', 'X-Ok': 'ok', 'X-Bad': 'a\r\nb' },
          retry: { max_attempts: 0, unknown: 1 },
          timeout: '5',
          max_in_flight: 0,
          surprise: true,
        },
      });

      expect(answer.status).toBe(422);
      const { errors, code } = answer.body as ProblemAnswer;
      expect(code).toBe('invalid_input');
      expect([...new Set(errors!.map(({ pointer }) => pointer))].sort()).toEqual([
        '/event_types/1',
        '/event_types/2',
        '/headers/Host',
        '/headers/X-Bad',
        '/max_in_flight',
        '/retry/max_attempts',
        '/retry/unknown',
        '/secret',
        '/surprise',
        '/target_url',
        '/timeout',
      ]);
      expect(errors!.find(({ pointer }) => pointer === '/headers/Host')!.detail).toContain('is set by the service');
      expect(errors!.find(({ pointer }) => pointer === '/target_url')!.detail).toContain('ALLOWED_TARGET_CIDRS');
    });

    it.each([
      ['null', 'null'],
      ['an array', '[]'],
      ['a string', '"x"'],
      ['no event type', '{"target_url":"https://1.1.1.1"}'],
      ['both event_type and event_types', '{"target_url":"https://1.1.1.1","event_type":"a","event_types":["b"]}'],
      [
        '101 event types',
        JSON.stringify({ target_url: 'https://1.1.1.1', event_types: Array.from({ length: 101 }, (_, n) => `t${n}`) }),
      ],
      ['no http', '{"target_url":"ftp://1.1.1.1","event_type":"a"}'],
      ['credentials', '{"target_url":"https://u:p@1.1.1.1","event_type":"a"}'],
      [
        'retries beyond the retention',
        '{"target_url":"https://1.1.1.1","event_type":"a","retry":{"max_attempts":100,"max_interval":604800}}',
      ],
    ])('answers 422 to a subscription with %s', async (_name, body) => {
      const answer = await api.request('POST', '/subscriptions', { body, headers: JSON_TYPE });

      expect(answer.status).toBe(422);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    });

    it.each([
      ['no content', '', 'malformed_json'],
      ['no JSON', '{"target_url": ', 'malformed_json'],
      [
        'NUL in a string',
        '{"target_url":"https://1.1.1.1","event_type":"a","description":"\\u0000"}',
        'malformed_json',
      ],
      [
        'a lone surrogate',
        '{"target_url":"https://1.1.1.1","event_type":"a","description":"\\ud800"}',
        'malformed_json',
      ],
      ['endless nesting', `{"metadata":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'malformed_json'],
      [
        'a number out of range',
        '{"target_url":"https://1.1.1.1","event_type":"a","metadata":{"n":1e400}}',
        'malformed_json',
      ],
      [
        'a number that would become 0',
        '{"target_url":"https://1.1.1.1","event_type":"a","metadata":{"n":1e-400}}',
        'malformed_json',
      ],
      [
        'a number that would be rounded',
        '{"target_url":"https://1.1.1.1","event_type":"a","metadata":{"n":[3.14159265358979323846]}}',
        'malformed_json',
      ],
      ['__proto__', '{"target_url":"https://1.1.1.1","event_type":"a","metadata":{"__proto__":{}}}', 'malformed_json'],
      ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'malformed_json'],
    ])('answers 400 to a body with %s', async (_name, body, code) => {
      expect(await problem('POST', '/subscriptions', { body, headers: JSON_TYPE })).toMatchObject({
        status: 400,
        code,
      });
    });

    it('answers 415 to a body that is not JSON, and 413 to one that is too large', async () => {
      const text = await problem('POST', '/subscriptions', { body: 'a=b', headers: { 'content-type': 'text/plain' } });
      expect(text).toMatchObject({ status: 415, code: 'unsupported_media_type' });
      const gzip = await problem('POST', '/subscriptions', {
        body: '{}',
        headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
      });
      expect(gzip).toMatchObject({ status: 415 });
      const long = await problem('POST', '/subscriptions', { body: { description: 'x'.repeat(70_000) } });
      expect(long).toMatchObject({ status: 413, code: 'too_large' });
    });
  });

  describe('in ids, cursors and pages', () => {
    it.each([
      ['GET', '/subscriptions/nonsense'],
      ['GET', `/subscriptions/${unknownId('evt')}`],
      ['GET', `/status/${unknownId('sub')}`],
      ['GET', `/events/${unknownId('dlv')}`],
      ['POST', `/deliveries/${unknownId('evt')}/cancel`],
      ['POST', `/ingest/${unknownId('dlv')}`],
      ['GET', `/deliveries?event_id=${unknownId('sub')}`],
      ['GET', '/deliveries?cursor=AAAA'],
      ['GET', '/subscriptions?cursor=%00'],
    ])('answers 400 to %s %s', async (method, path) => {
      expect(await problem(method, path, path.startsWith('/ingest') ? { body: {} } : {})).toMatchObject({
        status: 400,
      });
    });

    it.each([
      ['GET', `/subscriptions/${unknownId('sub')}`, 'subscription_not_found'],
      ['DELETE', `/subscriptions/${unknownId('sub')}`, 'subscription_not_found'],
      ['GET', `/subscriptions/${unknownId('sub')}/deliveries`, 'subscription_not_found'],
      ['GET', `/status/${unknownId('dlv')}`, 'delivery_not_found'],
      ['GET', `/status/${unknownId('evt')}`, 'event_not_found'],
      ['GET', `/events/${unknownId('evt')}/payload`, 'event_not_found'],
      ['POST', `/deliveries/${unknownId('dlv')}/retry`, 'delivery_not_found'],
      ['POST', `/deliveries/${unknownId('dlv')}/cancel`, 'delivery_not_found'],
      ['POST', `/ingest/${unknownId('sub')}`, 'subscription_not_found'],
    ])('answers 404 to %s %s', async (method, path, code) => {
      const request = path.startsWith('/ingest') ? { body: {} } : {};
      expect(await problem(method, path, request)).toMatchObject({ status: 404, code });
    });

    it.each([
      'limit=0',
      'limit=-1',
      'limit=1e9',
      'limit=x',
      'limit=1&limit=2',
      'state=gone',
      'event_type=a%20b',
      'search=',
      'search=%00',
      'surprise=1',
    ])('answers 422 to a list with %s', async (query) => {
      expect(await problem('GET', `/subscriptions?${query}`)).toMatchObject({ status: 422, code: 'invalid_input' });
    });

    it.each([
      '/deliveries?since=2026-W05-1',
      '/deliveries?until=2026-031',
      '/deliveries?event_type=%00',
      '/deliveries?event_type=a%20b',
      '/ledger?since=2026-W05-1',
      '/ledger?until=20260131',
      '/audit?since=2026-01-31T12',
      '/audit?until=-2026-01-31',
      '/audit?until=2026-02-30',
      `/audit?since=2026-01-31T12:00:00.${'0'.repeat(8000)}Z`,
      '/deliveries?since=2026-01-31T12:00:00',
      '/audit?target=%00',
      '/audit?target=a%20b',
    ])('answers 422 to %s', async (path) => {
      expect(await problem('GET', path)).toMatchObject({ status: 422, code: 'invalid_input' });
    });

    it.each(['2026-01-31', '2026-01-31T12:00Z', '2026-01-31T12:00:00.123456789%2B01:00'])(
      'accepts %s as a time',
      async (time) => {
        expect((await api.request('GET', `/deliveries?since=${time}`)).status).toBe(200);
      },
    );

    it('answers 404 to a path that does not exist, and 400 to one that is malformed', async () => {
      expect(await problem('GET', '/nothing/here', { validate: false })).toMatchObject({
        status: 404,
        code: 'not_found',
      });
      expect(await problem('GET', '/subscriptions/%zz', { validate: false })).toMatchObject({ status: 400 });
    });
  });

  describe('in publishing', () => {
    it.each(['a%0Ab', '*', 'a..b', 'a%20b', 'x'.repeat(129), 'x'.repeat(8000)])(
      'refuses the event type %s',
      async (type) => {
        expect(await problem('POST', `/webhooks/${type}`, { body: {} })).toMatchObject({ status: 422 });
      },
    );

    it.each(['', 'x'.repeat(256), 'with blank inside'])('refuses the Idempotency-Key "%s"', async (key) => {
      const headers = { 'idempotency-key': key };
      expect(await problem('POST', '/webhooks/a', { body: {}, headers })).toMatchObject({
        status: 422,
        errors: [{ pointer: 'Idempotency-Key' }],
      });
    });

    it.each([
      {},
      { 'idempotency-key': 'k' },
      { 'idempotency-key': 'k', 'content-type': 'application/json' },
      { 'x-signature-256': `sha256=${'0'.repeat(64)}` },
      { 'x-event-type': 'a', 'content-type': 'text/plain' },
    ])('refuses a request without a body, whatever its headers say: %j', async (headers) => {
      const { id } = await api.createSubscription({ target_url: 'http://127.0.0.1:4321/', event_type: 'a' });
      for (const path of ['/webhooks/a', `/ingest/${id}`]) {
        const answer = await problem('POST', path, { headers });
        expect(answer).toMatchObject({ status: 422, code: 'invalid_input' });
        expect(answer.errors![0]).toMatchObject({ pointer: '' });
      }
    });

    it('refuses headers that it could not honour', async () => {
      const headers = { 'x-signature-256': 'sha256=00', 'x-event-type': 'b' };
      const { errors } = await problem('POST', '/webhooks/a', { body: {}, headers });
      expect(errors!.map(({ pointer }) => pointer)).toEqual(['X-Signature-256', 'X-Event-Type']);
    });
  });

  it('never fails internally', () => {
    const messages = new Set(service.logs.map(({ msg }) => msg.replace(/^API_ACCESS is open.*/, 'open')));
    // On a fast machine, there are more refusals in a second than are logged.
    messages.delete('requests.not_logged');
    expect([...messages].sort()).toEqual(['listening', 'open', 'request.refused', 'service.starting']);
  });
});
