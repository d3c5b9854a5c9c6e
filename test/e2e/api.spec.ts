import { request as httpRequest } from 'node:http';
import { ApiClient, type PageAnswer, type ProblemAnswer, type SubscriptionAnswer } from '../support/api-client.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the API, with real PostgreSQL and Redis', () => {
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

  describe('subscriptions', () => {
    it('shows a secret once, at the creation', async () => {
      const created = await api.request('POST', '/subscriptions/', { body: aSubscription() });
      const { id, secret } = created.body as { id: string; secret: string };

      expect(created.status).toBe(201);
      expect(created.headers.get('location')).toBe(`/subscriptions/${id}`);
      expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
      expect((await api.request('GET', `/subscriptions/${id}`)).text).not.toContain(secret);
      expect((await api.request('GET', '/subscriptions')).text).not.toContain(secret);
    });

    it('stores no secret as it is', async () => {
      const { secret } = await api.createSubscription(aSubscription({ secret: 'plain to see anywhere' }));

      const rows = await database.query<{ row: string }>('select s::text as row from subscriptions s');

      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toContain(secret);
    });

    it('fills in what is not given, and says event_type when there is one', async () => {
      const subscription = await api.createSubscription({ target_url: 'https://1.1.1.1', event_type: 'order.created' });

      expect(subscription).toMatchObject({
        target_url: 'https://1.1.1.1/',
        event_type: 'order.created',
        event_types: ['order.created'],
        state: 'active',
        disabled_reason: null,
        retry: { max_attempts: 5, initial_interval: 0.05, max_interval: 2 },
        timeout: 1,
        verify_ingest: false,
      });
    });

    it('replaces all but the secret with PUT, and changes just what is given with PATCH', async () => {
      const given = { description: 'first', timeout: 3, metadata: { a: 1 }, headers: { 'X-Team': 'b' } };
      const { id, secret: _secret, ...created } = await api.createSubscription(aSubscription(given));

      const patched = await api.request('PATCH', `/subscriptions/${id}`, {
        body: { timeout: null, retry: { max_attempts: 2 } },
      });
      expect(patched.body).toMatchObject({
        ...created,
        timeout: 1,
        retry: { max_attempts: 2, initial_interval: 0.05 },
        updated_at: expect.any(String) as string,
      });
      const replaced = await api.request('PUT', `/subscriptions/${id}`, {
        body: { target_url: 'https://1.0.0.1/new', event_types: ['a', 'b.*'] },
      });
      expect(replaced.body).toMatchObject({
        description: null,
        headers: {},
        metadata: {},
        event_types: ['a', 'b.*'],
        retry: { max_attempts: 5 },
      });
      expect(replaced.body).not.toHaveProperty('event_type');
    });

    it('lists by event type and state, page by page, newest first', async () => {
      const made = [];
      for (let n = 0; n < 5; n += 1)
        made.push(await api.createSubscription(aSubscription({ event_type: 'page.*', description: `${n}` })));
      await api.createSubscription(aSubscription({ event_type: 'page.*', state: 'paused' }));

      const seen: string[] = [];
      let path = '/subscriptions?event_type=page.turned&state=active&limit=2';
      for (let page: PageAnswer<SubscriptionAnswer> | undefined; page?.has_more !== false;) {
        const answer = await api.request('GET', path);
        page = answer.body as PageAnswer<SubscriptionAnswer>;
        seen.push(...page.data.map(({ id }) => id));
        const link = answer.headers.get('link');
        expect(link === null).toBe(!page.has_more);
        path = /^<([^>]+)>; rel="next"$/.exec(link ?? '')?.[1] ?? '';
      }

      expect(seen).toEqual(made.map(({ id }) => id).reverse());
    });

    it('names every fault of a request at once', async () => {
      const answer = await api.request('POST', '/subscriptions', {
        body: {
          target_url: 'http://169.254.169.254/latest',
          event_types: ['fine', 'not fine'],
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
        '/event_types',
        '/headers',
        '/max_in_flight',
        '/retry/max_attempts',
        '/retry/unknown',
        '/secret',
        '/surprise',
        '/target_url',
        '/timeout',
      ]);
      expect(errors!.find(({ pointer }) => pointer === '/headers')!.detail).toContain('"Host" is set by the service');
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
      ['nothing in it', '', 'malformed_json'],
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
      ['nesting without end', `{"metadata":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'malformed_json'],
      [
        'a number out of range',
        '{"target_url":"https://1.1.1.1","event_type":"a","metadata":{"n":1e400}}',
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

    it('answers 415 to what is no JSON, and 413 to too much of it', async () => {
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

  describe('ids, cursors and pages', () => {
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
      expect(await problem(method, path, method === 'POST' ? { body: {} } : {})).toMatchObject({ status: 400 });
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
      'surprise=1',
    ])('answers 422 to a list with %s', async (query) => {
      expect(await problem('GET', `/subscriptions?${query}`)).toMatchObject({ status: 422, code: 'invalid_input' });
    });

    it('answers 404 to a path that does not exist, and 400 to one that is none', async () => {
      expect(await problem('GET', '/nothing/here', { validate: false })).toMatchObject({
        status: 404,
        code: 'not_found',
      });
      expect(await problem('GET', '/subscriptions/%zz', { validate: false })).toMatchObject({ status: 400 });
    });
  });

  describe('publishing', () => {
    it('takes the type from the subscription when it can mean just one', async () => {
      const one = await api.createSubscription(aSubscription({ event_type: 'only.this', state: 'paused' }));
      const many = await api.createSubscription(aSubscription({ event_types: ['a', 'b'], state: 'paused' }));

      const published = await api.publish(one.id, { n: 1 });

      expect(await api.status(published.task_id)).toMatchObject({ event_type: 'only.this', status: 'pending' });
      expect(await problem('POST', `/ingest/${many.id}`, { body: {} })).toMatchObject({ status: 422 });
      const headers = { 'x-event-type': 'c' };
      expect(await problem('POST', `/ingest/${many.id}`, { body: {}, headers })).toMatchObject({
        status: 422,
        errors: [{ pointer: 'X-Event-Type' }],
      });
    });

    it('takes payloads of 1 byte to the limit, and says no to others', async () => {
      const { id } = await api.createSubscription(aSubscription({ state: 'paused' }));
      const sized = (bytes: number) =>
        api.request('POST', `/ingest/${id}`, {
          body: Buffer.alloc(bytes, 'x'),
          headers: { 'content-type': 'text/plain' },
        });

      expect((await sized(1)).status).toBe(202);
      expect((await sized(2048)).status).toBe(202);
      expect(await sized(2049)).toMatchObject({ status: 413, body: { code: 'too_large' } });
      expect((await api.request('POST', `/ingest/${id}`)).status).toBe(422);
      expect((await api.request('POST', `/ingest/${id}`, { headers: JSON_TYPE, body: '' })).status).toBe(422);
    });

    it('refuses JSON that does not parse, and takes the same bytes as something else', async () => {
      const { id } = await api.createSubscription(aSubscription({ state: 'paused' }));

      expect(await problem('POST', `/ingest/${id}`, { body: '{', headers: JSON_TYPE })).toMatchObject({ status: 400 });
      expect(await problem('POST', '/webhooks/order.created', { body: '{', headers: JSON_TYPE })).toMatchObject({
        status: 400,
      });
      expect((await api.request('POST', `/ingest/${id}`, { body: '{' })).status).toBe(202);
    });

    it('accepts an event that nobody wants', async () => {
      const answer = await api.broadcast('nobody.wants.this', { n: 1 });

      expect(answer).toMatchObject({ deliveries: 0, status_url: `/status/${answer.event_id}` });
      expect((await api.request('GET', answer.status_url)).body).toMatchObject({
        event_type: 'nobody.wants.this',
        deliveries: [],
      });
    });

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

    it('refuses headers that it could not honour', async () => {
      const headers = { 'x-signature-256': 'sha256=00', 'x-event-type': 'b' };
      const { errors } = await problem('POST', '/webhooks/a', { body: {}, headers });
      expect(errors!.map(({ pointer }) => pointer)).toEqual(['X-Signature-256', 'X-Event-Type']);
    });

    it('takes a body in chunks without a length', async () => {
      const { id } = await api.createSubscription(aSubscription({ state: 'paused' }));
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const request = httpRequest(`${service.url}/ingest/${id}`, { method: 'POST' }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on('error', reject);
        request.write('{"in":');
        request.end('"chunks"}');
      });

      expect(status).toBe(202);
    });
  });

  describe('every answer', () => {
    it('carries the request id that came, or one of its own', async () => {
      const given = await api.request('GET', '/health/live', { headers: { 'x-request-id': 'from-the-client' } });
      const made = await api.request('GET', '/health/live', { headers: { 'x-request-id': 'not acceptable' } });
      const failed = await api.request('GET', '/subscriptions/x', { headers: { 'x-request-id': 'id-of-a-failure' } });

      expect(given.headers.get('x-request-id')).toBe('from-the-client');
      expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect((failed.body as ProblemAnswer).request_id).toBe('id-of-a-failure');
    });

    it('ignores a trailing slash', async () => {
      const { id } = await api.createSubscription(aSubscription({ state: 'paused' }));

      expect((await api.request('GET', `/subscriptions/${id}/`)).status).toBe(200);
      expect((await api.request('POST', `/ingest/${id}/`, { body: {} })).status).toBe(202);
      expect((await api.request('GET', '/health/ready/')).status).toBe(200);
    });
  });

  describe('what operators read', () => {
    it('tells its health', async () => {
      expect(await api.request('GET', '/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
      expect(await api.request('GET', '/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
      const { body } = await api.request('GET', '/health');
      expect(body).toMatchObject({
        details: {
          postgresql: { status: 'up', version: expect.any(String) as string },
          migrations: { status: 'up' },
          queue: { status: 'up', waiting: expect.any(Number) as number },
          deliveries: {
            status: 'up',
            due: expect.any(Number) as number,
            oldest_due_seconds: expect.any(Number) as number,
          },
        },
      });
    });

    it('counts requests, events, deliveries and attempts', async () => {
      const { text, headers } = await api.request('GET', '/metrics');

      expect(headers.get('content-type')).toContain('text/plain');
      for (const metric of [
        'webhook_http_requests_total{method="POST",route="/subscriptions",status="201"}',
        'webhook_events_accepted_total',
        'webhook_deliveries_finished_total',
        'webhook_attempts_total',
        'webhook_attempt_duration_seconds_bucket',
        'webhook_queue_depth',
        'webhook_deliveries_due',
        'webhook_oldest_due_seconds',
      ]) {
        expect(text).toContain(metric);
      }
    });

    it('documents itself, as committed', async () => {
      const served = (await api.request('GET', '/openapi.json')).body as { openapi: string; webhooks: object };

      expect(served.openapi).toBe('3.1.0');
      expect(Object.keys(served.webhooks)).toEqual(['delivery']);
      expect((await api.request('GET', '/docs')).text).toContain('swagger-ui');
    });

    it('logs no request at info, and never failed inside', () => {
      expect(service.logs.filter(({ msg }) => !/^(listening|event\.accepted|delivery\.attempted)$/.test(msg))).toEqual(
        [],
      );
    });
  });
});
