import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { OPERATIONAL_EVENT_TYPES } from '../../src/announcements/index.js';
import { ApiClient, type PageAnswer, type ProblemAnswer, type SubscriptionAnswer } from '../support/api-client.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import type { OpenApiDocument } from '../support/openapi-validator.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const OPENAPI_FILE = new URL('../../docs/openapi.json', import.meta.url);

/** JSON whose keys are in an order of its own: jsonb would reorder them. */
function sorted(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${sorted(item)}`);
  return `{${entries.sort().join(',')}}`;
}

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
  const JSON_TYPE = { 'content-type': 'application/json' };

  describe('subscriptions', () => {
    it('show their secret once, at creation', async () => {
      const created = await api.request('POST', '/subscriptions/', { body: aSubscription() });
      const { id, secret } = created.body as { id: string; secret: string };

      expect(created.status).toBe(201);
      expect(created.headers.get('location')).toBe(`/subscriptions/${id}`);
      expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
      expect((await api.request('GET', `/subscriptions/${id}`)).text).not.toContain(secret);
      expect((await api.request('GET', '/subscriptions')).text).not.toContain(secret);
    });

    it('store no secret in plain text', async () => {
      const { secret } = await api.createSubscription(aSubscription({ secret: 'plain to see anywhere' }));

      const rows = await database.query<{ row: string }>('select s::text as row from subscriptions s');

      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toContain(secret);
    });

    it('take a string as event_types and an array as event_type, which the document leaves out', async () => {
      const target_url = 'https://1.1.1.1';
      const body = { target_url, event_type: ['order.*', 'user.created'] };
      const one = await api.createSubscription({ target_url, event_types: 'order.created' });
      const two = await api.expect<SubscriptionAnswer>(201, 'POST', '/subscriptions', { body });

      expect(one).toMatchObject({ event_type: 'order.created', event_types: ['order.created'] });
      expect(two).toMatchObject({ event_types: ['order.*', 'user.created'] });
    });

    it('get defaults for omitted fields, and show event_type when there is one', async () => {
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

    it('keep only their secret through PUT, and change just the given fields through PATCH', async () => {
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

    it('keep metadata and own headers unchanged, even under names that JavaScript gives a meaning', async () => {
      const names = Object.getOwnPropertyNames(Object.prototype).filter(
        (name) => !/^(__proto__|constructor)$/.test(name),
      );
      const made = [...names, 'then', 'toJSON', 'prototype', 'length', '0', '', '@instanceof', 'a.b', '$ref'];
      const kept = (value: unknown): object => Object.fromEntries(made.map((name) => [name, value]));
      const metadata = { ...kept('x'), inside: [kept(null)] };
      const headers = { toString: 'a', hasOwnProperty: 'b', then: 'c', __defineGetter__: 'd' };
      const shown = { headers, shown_headers: Object.keys(headers) };
      const given = { target_url: 'https://1.1.1.1/', event_type: 'order.created', metadata, ...shown };

      const created = await api.createSubscription(given);
      const path = `/subscriptions/${created.id}`;
      await api.expect(200, 'PUT', path, { body: { ...given, metadata: {}, headers: {}, shown_headers: [] } });
      const put = await api.expect(200, 'PUT', path, { body: given });
      await api.expect(200, 'PATCH', path, { body: { metadata: {}, headers: {} } });
      const patched = await api.expect(200, 'PATCH', path, { body: { metadata, ...shown } });

      for (const answer of [created, put, patched, await api.getSubscription(created.id)]) {
        // Strict equality: a matcher that looks through prototypes would find most of these anywhere.
        expect(sorted((answer as SubscriptionAnswer).metadata)).toBe(sorted(metadata));
        expect(sorted((answer as SubscriptionAnswer).headers)).toBe(sorted(headers));
      }
    });

    it.each([
      ['SQL', `'; drop table subscriptions; -- " \\ $1 $$ %s \\'`],
      ['ANSI escapes', '\u001b[31mred\u001b[0m\u001b]0;title\u0007\u009b2J'],
      ['what pages and shells would act on', '<script>alert(1)</script> ${7*7} {{7*7}} `id` $(id) %00 \r\n\t'],
    ])('keep text that is %s, as do names of keys and tenants', async (_what, text) => {
      const created = await api.createSubscription(aSubscription({ description: text, metadata: { [text]: text } }));
      const read = await api.getSubscription(created.id);
      expect([read.description, read.metadata]).toEqual([text, { [text]: text }]);
      const patched = await api.expect(200, 'PATCH', `/subscriptions/${created.id}`, {
        body: { description: `${text}!` },
      });
      expect(patched).toMatchObject({ description: `${text}!` });

      const id = `t${Buffer.from(text).toString('hex').slice(0, 20)}`;
      await api.expect(201, 'POST', '/tenants', { body: { id, name: text } });
      expect(await api.expect(200, 'GET', `/tenants/${id}`)).toMatchObject({ name: text });
      const key = await api.expect<{ id: string }>(201, 'POST', '/keys', {
        body: { role: 'reader', tenant_id: 'default', name: text },
      });
      expect(await api.expect(200, 'GET', `/keys/${key.id}`)).toMatchObject({ name: text });
    });

    it('check a patched retry policy against the stored one, not against the defaults', async () => {
      const { id } = await api.createSubscription(aSubscription({ retry: { max_interval: 100 } }));
      const patch = (retry: object) => api.request('PATCH', `/subscriptions/${id}`, { body: { retry } });

      // More than MAX_RETRY_INTERVAL, and less than the interval of the subscription.
      expect((await patch({ initial_interval: 50 })).body).toMatchObject({
        retry: { initial_interval: 50, max_interval: 100 },
      });
      expect(await patch({ max_interval: 40 })).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/retry/max_interval' }] },
      });
    });

    it('are listed by event type and state, page by page, newest first', async () => {
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
  });

  describe('publishing', () => {
    it('takes the type from the subscription when only one type is possible', async () => {
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

    it('accepts payloads from 1 byte to the limit, and refuses others', async () => {
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

    it('refuses JSON that does not parse, and accepts the same bytes under another content type', async () => {
      const { id } = await api.createSubscription(aSubscription({ state: 'paused' }));

      expect(await problem('POST', `/ingest/${id}`, { body: '{', headers: JSON_TYPE })).toMatchObject({ status: 400 });
      expect(await problem('POST', '/webhooks/order.created', { body: '{', headers: JSON_TYPE })).toMatchObject({
        status: 400,
      });
      expect((await api.request('POST', `/ingest/${id}`, { body: '{' })).status).toBe(202);
    });

    it('accepts an event that no subscription wants', async () => {
      const answer = await api.broadcast('nobody.wants.this', { n: 1 });

      expect(answer).toMatchObject({ deliveries: 0, status_url: `/status/${answer.event_id}` });
      expect((await api.request('GET', answer.status_url)).body).toMatchObject({
        event_type: 'nobody.wants.this',
        deliveries: [],
      });
    });

    it('accepts a chunked body without a length', async () => {
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
    it('carries the request id of the request, or a new one', async () => {
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

  describe('the service, to its operators', () => {
    it('reports its health', async () => {
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

    it('serves the committed OpenAPI document', async () => {
      const served = (await api.request('GET', '/openapi.json')).body as OpenApiDocument;
      const { callbacks } = served.paths['/subscriptions']!['post'] as { callbacks: Record<string, object> };

      expect(served).toEqual(JSON.parse(readFileSync(OPENAPI_FILE, 'utf8')));
      expect(served).toMatchObject({ openapi: '3.1.0' });
      expect(served).not.toHaveProperty('webhooks');
      expect(Object.keys(callbacks)).toEqual(['delivery', ...OPERATIONAL_EVENT_TYPES]);
      for (const callback of Object.values(callbacks)) {
        expect(Object.keys(callback)).toEqual(['{$request.body#/target_url}']);
      }
      expect((await api.request('GET', '/docs')).text).toContain('swagger-ui');
    });

    it('logs refused requests, events and attempts at info, no other request, and no internal failure', () => {
      expect(
        service.logs.filter(
          ({ msg }) =>
            !/^(service\.starting|listening|API_ACCESS is open.*|event\.accepted|delivery\.attempted|request\.refused|requests\.not_logged)$/.test(
              msg,
            ),
        ),
      ).toEqual([]);
    });
  });
});
