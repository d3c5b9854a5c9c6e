import { Webhook } from 'standardwebhooks';
import { eventually } from '../support/eventually.js';
import { type OpenApiDocument, OpenApiValidator } from '../support/openapi-validator.js';
import {
  type Behaviour,
  earlyClose,
  endlessBody,
  garbage,
  gzipBomb,
  hang,
  redirect,
  reset,
  respond,
  ScriptedReceiver,
  slowHeaders,
  trickle,
} from '../support/scripted-receiver.js';
import { verifyWebhook } from '../support/standard-webhooks.js';

/** Real: HTTP on the loopback interface. What the tests rely on must itself be right. */

describe('the scripted receiver', () => {
  let receiver: ScriptedReceiver;

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
  });

  afterEach(() => receiver.close());

  const post = (path: string, init: RequestInit = {}) =>
    fetch(receiver.url(path), { method: 'POST', redirect: 'manual', signal: AbortSignal.timeout(5_000), ...init });

  /** How a request to a path with this behaviour fails within that time: the code of the error, or its name. */
  async function failureOf(behaviour: Behaviour, timeoutMs: number): Promise<unknown> {
    receiver.script('/nasty', behaviour);
    try {
      const answer = await post('/nasty', { signal: AbortSignal.timeout(timeoutMs) });
      await answer.text();
      return 'no failure';
    } catch (error) {
      const { code, name } = ((error as Error).cause ?? error) as { code?: unknown; name: string };
      return typeof code === 'string' ? code : name;
    }
  }

  it('answers 200 without a script, and remembers the request byte for byte', async () => {
    const body = Buffer.from([0, 0xff, 0x0a, 0x7b]);
    const headers = { 'webhook-id': 'evt_1', 'X-Webhook-Delivery': 'dlv_1', 'X-Webhook-Attempt': '3' };
    expect((await post('/a/b?c=d', { body, headers })).status).toBe(200);

    const [request] = receiver.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/a/b',
      query: '?c=d',
      webhookId: 'evt_1',
      deliveryId: 'dlv_1',
    });
    expect(request?.attempt).toBe(3);
    expect(request?.body.equals(body)).toBe(true);
    const endedAt = await eventually(() => receiver.requests[0]?.endedAt, { until: (value) => value != null });
    expect(endedAt).toBeGreaterThanOrEqual(request?.startedAt ?? Infinity);
  });

  it('follows the script of each path, and repeats its last step forever', async () => {
    receiver.script('/a', respond(500, { body: 'later' }), redirect('/b'), respond(204));
    const statuses: number[] = [];
    for (const path of ['/a', '/other', '/a', '/a', '/a']) statuses.push((await post(path)).status);
    expect(statuses).toEqual([500, 200, 302, 204, 204]);
    expect(receiver.requestsTo('/a')).toHaveLength(4);
  });

  it.each([
    ['hangs', hang(), 'TimeoutError'],
    ['resets', reset(), 'ECONNRESET'],
    ['is slow with its headers', slowHeaders(10_000), 'TimeoutError'],
    ['trickles', trickle(50), 'TimeoutError'],
    ['never ends its body', endlessBody(), 'TimeoutError'],
    ['closes early', earlyClose(), 'UND_ERR_SOCKET'],
    ['does not speak HTTP', garbage(), 'HTTPParserError'],
  ])('%s', async (_, behaviour, code) => {
    let failure: unknown;
    // The time may be up before the request arrives, if this machine stands still.
    do failure = await failureOf(behaviour, code === 'TimeoutError' ? 300 : 5000);
    while (receiver.requests.length === 0);

    expect(failure).toBe(code);
    await eventually(() => receiver.requests[0]?.endedAt, { until: (value) => value != null });
  });

  it('ends slow headers in time', async () => {
    receiver.script('/', slowHeaders(120));
    expect((await post('/')).status).toBe(200);
  });

  it('sends a gzip bomb that decoders do open', async () => {
    receiver.script('/', gzipBomb());
    const { body } = await post('/');
    let bytes = 0;
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > 16_777_216) break;
    }
    expect(bytes).toBeGreaterThan(16_777_216);
  });

  it('cuts hanging connections when it is closed', async () => {
    receiver.script('/', hang());
    const answer = post('/').then(
      () => 'answered',
      () => 'cut',
    );
    await eventually(() => receiver.requests.length, { until: (count) => count === 1 });
    await receiver.close();
    expect(await answer).toBe('cut');
  });

  it('receives requests that verifyWebhook verifies, whatever the form of the secret', async () => {
    for (const secret of ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'grüße von hier']) {
      const body = '{"grüße":1}';
      await post('/', { body, headers: signed(secret, body) });
      const request = receiver.requests.at(-1)!;
      expect(verifyWebhook(secret, request)).toEqual({ grüße: 1 });
      expect(() => verifyWebhook('another secret', request)).toThrow('No matching signature');
      expect(() => verifyWebhook(secret, { ...request, body: Buffer.from('{}') })).toThrow('No matching signature');
    }
  });

  function signed(secret: string, body: string): Record<string, string> {
    const isStandard = secret.startsWith('whsec_');
    const webhook = isStandard ? new Webhook(secret) : new Webhook(Buffer.from(secret), { format: 'raw' });
    const seconds = Math.floor(Date.now() / 1000);
    return {
      'content-type': 'application/json',
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(seconds),
      'webhook-signature': webhook.sign('evt_1', new Date(seconds * 1000), body),
    };
  }
});

describe('eventually', () => {
  it('returns the first value that matches, whatever was thrown before', async () => {
    let calls = 0;
    const probe = () => {
      calls += 1;
      if (calls < 3) throw new Error('too early');
      return calls;
    };
    expect(await eventually(probe, { intervalMs: 1, until: (value) => value > 4 })).toBe(5);
  });

  it('reports the last error or value when time is up', async () => {
    const cause = new Error('not there');
    const failing = eventually(() => Promise.reject(cause), { timeoutMs: 20, intervalMs: 1 });
    await expect(failing).rejects.toMatchObject({ message: expect.stringContaining('not there') as string, cause });
    const wrong = eventually(() => ({ status: 'pending' }), { timeoutMs: 20, intervalMs: 1, until: () => false });
    await expect(wrong).rejects.toThrow("{ status: 'pending' }");
  });

  it('looks less often the longer it waits', async () => {
    let calls = 0;
    const waiting = eventually(() => (calls += 1), { timeoutMs: 1000, until: () => false });
    await expect(waiting).rejects.toThrow('in vain');
    // At a constant interval, it would be 40.
    expect(calls).toBeLessThanOrEqual(30);
  });
});

describe('the OpenAPI validator', () => {
  const json = (schema: object) => ({ content: { 'application/json': { schema } } });
  const problem = { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
  const document = {
    openapi: '3.1.0',
    paths: {
      '/things/{id}': {
        get: { responses: { 200: json({ $ref: '#/components/schemas/Thing' }), '4XX': problem } },
        delete: { responses: { 204: { description: 'Gone' }, default: problem } },
      },
      '/things/first': { get: { responses: { 200: json({ type: 'string' }) } } },
      '/things/{id}/payload': { get: { responses: { 200: { content: { '*/*': { schema: {} } } } } } },
    },
    components: {
      schemas: {
        Thing: {
          type: 'object',
          required: ['id', 'notes'],
          properties: {
            id: { type: 'string', example: 'thing_1' },
            made_at: { type: ['string', 'null'], format: 'date-time' },
            part: { anyOf: [{ $ref: '#/components/schemas/Part' }, { type: 'null' }] },
            notes: { type: 'object', additionalProperties: true },
          },
        },
        Part: { type: 'object', properties: { type: { type: 'string' }, properties: { type: 'integer' } } },
        Problem: { type: 'object', required: ['code'], properties: { code: { type: 'string' } } },
      },
    },
  };
  const validator = new OpenApiValidator(document satisfies OpenApiDocument);
  const thing = { id: 'a', made_at: '2026-01-31T12:00:00.000Z', part: { type: 'x', properties: 1 }, notes: { own: 1 } };
  const answer = {
    method: 'GET',
    path: '/things/a',
    status: 200,
    contentType: 'application/json; charset=utf-8',
    body: thing,
  };
  const check = (change: object) => () => {
    validator.assertMatches({ ...answer, ...change });
  };

  it.each([
    ['a documented body', {}],
    ['a trailing slash', { path: '/things/a/' }],
    ['null where it is allowed', { body: { ...thing, made_at: null, part: null } }],
    ['a literal path before a template', { path: '/things/first', body: 'text' }],
    ['a range of statuses', { status: 404, contentType: 'application/problem+json', body: { code: 'x' } }],
    [
      'the default status',
      { method: 'DELETE', status: 500, contentType: 'application/problem+json', body: { code: 'x' } },
    ],
    ['no body where none is documented', { method: 'DELETE', status: 204, contentType: null, body: '' }],
    ['any content type', { path: '/things/a/payload', contentType: 'image/png', body: 'x' }],
  ])('accepts %s', (_, change) => {
    expect(check(change)).not.toThrow();
  });

  it.each([
    ['an unknown path', { path: '/nothing' }, 'no such operation'],
    ['an unknown method', { method: 'POST' }, 'no such operation'],
    ['an undocumented status', { status: 201 }, 'not documented, only 200, 4XX'],
    ['another content type', { contentType: 'text/html' }, 'content type is text/html'],
    ['no content type', { contentType: null }, 'content type is missing'],
    ['a missing field', { body: { id: 'a' } }, "required property 'notes'"],
    ['an undocumented field', { body: { ...thing, secret: 'x' } }, '"additionalProperty":"secret"'],
    [
      'an undocumented field behind a reference',
      { body: { ...thing, part: { more: 1 } } },
      '/part must NOT have additional',
    ],
    ['a wrong format', { body: { ...thing, made_at: 'yesterday' } }, 'body/made_at must match format "date-time"'],
    ['a body where none is documented', { method: 'DELETE', status: 204, body: '{}' }, 'none is documented'],
  ])('refuses %s', (_, change, fault) => {
    expect(check(change)).toThrow(fault);
  });

  it('names the request in its errors', () => {
    expect(check({ status: 201 })).toThrow('GET /things/a answered 201');
  });
});
