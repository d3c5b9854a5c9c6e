import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { WebhookSender } from '../../src/delivery/http/webhook-sender.js';
import { SigningKeys } from '../../src/delivery/signing-keys.js';
import { SecretBox } from '../../src/shared/crypto/secret-box.js';
import { secretFrom } from '../../src/shared/crypto/signing-key.js';
import { toPublicId } from '../../src/shared/ids/public-id.js';
import type { HostResolver } from '../../src/shared/targets/host-resolver.js';
import { TargetGuard } from '../../src/shared/targets/target-guard.js';
import { SystemClock } from '../../src/shared/time/clock.js';
import { eventually } from '../support/eventually.js';
import { aClaimedDelivery } from '../support/factories.js';
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
import { selfSigned } from '../support/self-signed.js';
import { verifyWebhook } from '../support/standard-webhooks.js';

const TIMEOUT_MS = 400;
/** A machine under load may be this late. */
const LATE_MS = 600;
const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';

const box = new SecretBox(Buffer.alloc(32, 1));
const senders: WebhookSender[] = [];

/** Knows no names unless given; may reach this machine unless told not to. */
function aSender(given: { resolver?: HostResolver; allowedTargetCidrs?: string[] } = {}): WebhookSender {
  const { resolver = { resolve: () => Promise.reject(new Error('nobody asks for a name')) } } = given;
  const allowed = { allowedTargetCidrs: given.allowedTargetCidrs ?? ['127.0.0.0/8'], allowedTargetHosts: [] };
  const sender = new WebhookSender(new TargetGuard(allowed, resolver), new SigningKeys(box), new SystemClock());
  senders.push(sender);
  return sender;
}

const deliveryTo = (targetUrl: string): ReturnType<typeof aClaimedDelivery> =>
  aClaimedDelivery({ subscription: { targetUrl } });

afterAll(async () => {
  for (const sender of senders) await sender.onApplicationShutdown();
});

describe('what the sender puts on the wire to a receiver on this machine', () => {
  let receiver: ScriptedReceiver;

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
  });

  afterEach(() => receiver.close());

  it('is the payload byte for byte, under its own content type', async () => {
    const payload = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const contentType = 'application/x-odd; charset="x"';
    const subscription = { targetUrl: receiver.url('/a%20b?c=d%26&e') };

    const result = await aSender().send(aClaimedDelivery({ payload, contentType, subscription }), TIMEOUT_MS);

    expect(result).toMatchObject({ statusCode: 200, error: null });
    const [request] = receiver.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/a%20b', query: '?c=d%26&e' });
    expect(request!.body.equals(payload)).toBe(true);
    expect(request!.headers).toMatchObject({ 'content-type': contentType, 'content-length': '256' });
  });

  it('says what it is: event, delivery, attempt, and the own headers of the subscription', async () => {
    const headers = { 'X-Own': 'one', authorization: 'Bearer t0ken' };
    const delivery = aClaimedDelivery({ attempt: 3, subscription: { targetUrl: receiver.url(), headers } });

    await aSender().send(delivery, TIMEOUT_MS);

    expect(receiver.requests[0]!.headers).toMatchObject({
      host: new URL(receiver.url()).host,
      'webhook-id': toPublicId('evt', delivery.eventId),
      'x-webhook-delivery': toPublicId('dlv', delivery.id),
      'x-webhook-attempt': '3',
      'x-event-type': 'order.created',
      'user-agent': expect.stringMatching(/^webhook-delivery-service\/\d+\.\d+\.\d+$/) as string,
      'accept-encoding': 'identity',
      'x-own': 'one',
      authorization: 'Bearer t0ken',
    });
  });

  it('is signed so that whoever holds one of the secrets can verify it, and nobody else', async () => {
    const texts = [secretFrom(Buffer.alloc(32, 7)), 'just some text'];
    const delivery = aClaimedDelivery({ payload: Buffer.from('{"name":"Zoë"}') });
    const secrets = texts.map((text) => ({ box: box.seal(text, delivery.subscriptionId) }));
    const subscription = { ...delivery.subscription, targetUrl: receiver.url(), secrets };

    await aSender().send({ ...delivery, subscription }, TIMEOUT_MS);

    const [request] = receiver.requests;
    for (const text of texts) expect(verifyWebhook(text, request!)).toEqual({ name: 'Zoë' });
    expect(() => verifyWebhook('another', request!)).toThrow('No matching signature');
  });

  it('goes over connections that are there already', async () => {
    const ports = new Set<number | undefined>();
    receiver.script('/', (response) => {
      ports.add(response.socket?.remotePort);
      response.end();
    });
    const sender = aSender();
    for (let n = 0; n < 20; n += 1) await sender.send(deliveryTo(receiver.url()), TIMEOUT_MS);
    expect(receiver.requests).toHaveLength(20);
    // A connection is free again a moment after its answer was complete.
    expect(ports.size).toBeLessThanOrEqual(3);
  });
});

describe('what the sender makes of the answers of a receiver on this machine', () => {
  let receiver: ScriptedReceiver;

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
  });

  afterEach(() => receiver.close());

  const sendTo = (behaviour: Behaviour, path = '/hook') => {
    receiver.script(path, behaviour);
    return aSender().send(deliveryTo(receiver.url(path)), TIMEOUT_MS);
  };

  it.each([200, 201, 204, 299])('takes a %i for a success', async (status) => {
    expect(await sendTo(respond(status))).toMatchObject({ statusCode: status, error: null, retryAfter: null });
  });

  it.each([300, 304, 400, 410, 429, 500, 503])('takes a %i for a failure', async (status) => {
    const error = { code: 'bad_status', message: `the receiver answered ${status}` };
    const headers = { 'retry-after': '120', 'x-why': 'because' };
    const result = await sendTo(respond(status, { headers }));
    expect(result).toMatchObject({ statusCode: status, error, retryAfter: '120' });
    expect(result.responseHeaders).toMatchObject(headers);
  });

  it.each([301, 302, 303, 307, 308])('does not follow a %i', async (status) => {
    const result = await sendTo(redirect(receiver.url('/second'), status));
    expect(result).toMatchObject({ statusCode: status, error: { code: 'bad_status' } });
    expect(receiver.requestsTo('/hook')).toHaveLength(1);
    expect(receiver.requestsTo('/second')).toEqual([]);
  });

  it('keeps the first 4 KB of the answer as they came', async () => {
    const body = Buffer.from(Array.from({ length: 10_000 }, (_, n) => n % 256));
    const { responseBody } = await sendTo(respond(200, { body }));
    expect(responseBody.equals(body.subarray(0, 4096))).toBe(true);
  });

  it.each([
    ['hangs', hang(), 'timeout'],
    ['resets the connection', reset(), 'connection_reset'],
    ['does not come to the end of its headers', slowHeaders(10_000), 'timeout'],
    ['answers with what is no HTTP', garbage(), 'response_invalid'],
    ['answers with 20 KB of a header', respond(200, { headers: { 'x-long': 'x'.repeat(20_000) } }), 'response_invalid'],
    ['answers with another protocol', raw('SSH-2.0-OpenSSH_9.6\r\n'), 'response_invalid'],
    ['answers with two lengths', raw(`${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc`), 'response_invalid'],
    ['answers with a header that is none', raw(`${OK}no header\r\n\r\n`), 'response_invalid'],
    ['answers with a status that is none', raw('HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'), 'response_invalid'],
    ['closes without an answer', raw(''), 'connection_reset'],
    ['closes before the end of its headers', raw(OK), 'connection_reset'],
    ['says 102 without end', endlessProcessing(), 'timeout'],
  ] as const)('gives up on one that %s', async (_, behaviour, code) => {
    const result = await sendTo(behaviour);

    expect(result).toMatchObject({ statusCode: null, error: { code }, responseHeaders: {}, retryAfter: null });
    expect(result.error!.message).not.toBe('');
    expect(result.responseBody).toHaveLength(0);
    expect(result.durationMs).toBeLessThan(TIMEOUT_MS + LATE_MS);
    if (code === 'timeout') expect(result.durationMs).toBeGreaterThan(TIMEOUT_MS - 5);
    // It holds no connection to it, either.
    await eventually(() => receiver.requests[0]?.endedAt, { until: (endedAt) => endedAt != null });
  });

  it.each([
    ['closes before the end of its body', earlyClose(), 'too short'],
    ['announces a body with a 204', raw('HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n'), ''],
    ['breaks off in the middle of a chunk', raw(`${OK}${CHUNKED}a\r\nshort`), 'short'],
    ['sends a chunk that is none', raw(`${OK}${CHUNKED}2\r\nok\r\nzz\r\n`), 'ok'],
    ['never ends its body', endlessBody(), 'x'.repeat(4096)],
  ] as const)('takes the 2xx of one that %s for a success', async (_, behaviour, body) => {
    const result = await sendTo(behaviour);
    expect(result).toMatchObject({ error: null });
    expect(result.statusCode).toBeLessThan(205);
    expect(result.responseBody.toString()).toBe(body);
    expect(result.durationMs).toBeLessThan(TIMEOUT_MS + LATE_MS);
    await eventually(() => receiver.requests[0]?.endedAt, { until: (endedAt) => endedAt != null });
  });

  it('takes the 200 of one that sends a byte now and then for a success, and waits no longer than the timeout', async () => {
    const result = await sendTo(trickle(20));
    expect(result).toMatchObject({ statusCode: 200, error: null });
    expect(result.responseBody.toString()).toMatch(/^x{1,20}$/);
    expect(result.durationMs).toBeLessThan(TIMEOUT_MS + LATE_MS);
    await eventually(() => receiver.requests[0]?.endedAt, { until: (endedAt) => endedAt != null });
  });

  it('does not unpack a gzip bomb', async () => {
    const result = await sendTo(gzipBomb());
    expect(result).toMatchObject({ statusCode: 200, error: null });
    expect(result.responseBody.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    expect(result.responseBody).toHaveLength(4096);
  });

  it('needs little memory for many answers without end', async () => {
    receiver.script('/', endlessBody());
    const sender = aSender();
    const usedBytes = (): number => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    const before = usedBytes();
    let peak = 0;
    for (let round = 0; round < 10; round += 1) {
      const results = await Promise.all(
        Array.from({ length: 20 }, () => sender.send(deliveryTo(receiver.url()), 5000)),
      );
      expect(results.map(({ responseBody }) => responseBody.length)).toEqual(results.map(() => 4096));
      peak = Math.max(peak, usedBytes() - before);
    }
    // 200 answers of at most 64 KB that were read, and garbage that waits for its collection; unbounded it is gigabytes.
    expect(peak).toBeLessThan(100 * 1024 * 1024);
  });
});

describe('where the sender does not get to, on this machine', () => {
  let server: Server;
  let connections: number;

  beforeEach(async () => {
    connections = 0;
    server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => server.close());

  const portOf = (listening: Server): number => (listening.address() as AddressInfo).port;
  const resolvingTo = (...addresses: string[]): HostResolver => ({ resolve: () => Promise.resolve(addresses) });
  const failing = (code: string): HostResolver => ({
    resolve: (host) => Promise.reject(Object.assign(new Error(`${code} ${host}`), { code })),
  });

  it.each([
    ['a literal address', '127.0.0.1', resolvingTo()],
    ['an address in disguise', '0x7f.1', resolvingTo()],
    ['a name of a blocked address', 'hooks.example.com', resolvingTo('127.0.0.1')],
    ['a name of allowed and blocked addresses', 'hooks.example.com', resolvingTo('1.1.1.1', '127.0.0.1')],
    ['a name of this machine', 'localhost', resolvingTo('127.0.0.1')],
  ])('is %s that is blocked, and there is no connection', async (_, host, resolver) => {
    const sender = aSender({ resolver, allowedTargetCidrs: [] });
    const result = await sender.send(deliveryTo(`http://${host}:${portOf(server)}/`), TIMEOUT_MS);
    expect(result).toMatchObject({ statusCode: null, error: { code: 'blocked_address' } });
    expect(connections).toBe(0);
    // There would have been one, were the address allowed.
    await aSender({ resolver }).send(deliveryTo(`http://127.0.0.1:${portOf(server)}/`), TIMEOUT_MS);
    await eventually(() => connections, { until: (count) => count === 1 });
  });

  it('is a name that turns to a blocked address between two attempts', async () => {
    const receiver = await ScriptedReceiver.start();
    const { port } = new URL(receiver.url());
    let address = '127.0.0.1';
    const sender = aSender({
      resolver: { resolve: () => Promise.resolve([address]) },
      allowedTargetCidrs: ['127.0.0.1/32'],
    });
    receiver.script('/', respond(200, { headers: { connection: 'close' } }));
    const delivery = deliveryTo(`http://hooks.example.com:${port}/`);
    expect(await sender.send(delivery, TIMEOUT_MS)).toMatchObject({ statusCode: 200 });
    expect(receiver.requests[0]!.headers['host']).toBe(`hooks.example.com:${port}`);

    address = '127.0.0.2';
    expect(await sender.send(delivery, TIMEOUT_MS)).toMatchObject({ error: { code: 'blocked_address' } });
    expect(receiver.requests).toHaveLength(1);
    await receiver.close();
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN', 'ESERVFAIL'])('is a name that nobody knows: %s', async (code) => {
    const result = await aSender({ resolver: failing(code) }).send(deliveryTo('http://hooks.example.com/'), TIMEOUT_MS);
    expect(result).toMatchObject({ statusCode: null, error: { code: 'dns_failure' } });
  });

  it('is a name whose addresses do not come in time', async () => {
    const resolver = { resolve: () => new Promise<string[]>(() => undefined) };
    const result = await aSender({ resolver }).send(deliveryTo('http://hooks.example.com/'), TIMEOUT_MS);
    expect(result).toMatchObject({ statusCode: null, error: { code: 'timeout' } });
    expect(result.durationMs).toBeLessThan(TIMEOUT_MS + LATE_MS);
  });

  it('is a port that nobody listens on', async () => {
    const port = portOf(server);
    server.close();
    await once(server, 'close');
    const result = await aSender().send(deliveryTo(`http://127.0.0.1:${port}/`), TIMEOUT_MS);
    expect(result).toMatchObject({ statusCode: null, error: { code: 'connection_refused' } });
  });

  it('is a server whose certificate it can not trust', async () => {
    const received: unknown[] = [];
    const secure = createHttpsServer(selfSigned, (request, response) => {
      received.push(request);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(secure, 'listening');
    const result = await aSender().send(deliveryTo(`https://127.0.0.1:${portOf(secure)}/`), TIMEOUT_MS);
    secure.close();
    expect(result).toMatchObject({ statusCode: null, error: { code: 'tls_failure' } });
    expect(received).toEqual([]);
  });

  it('is a server that speaks no TLS', async () => {
    const receiver = await ScriptedReceiver.start();
    const result = await aSender().send(deliveryTo(receiver.url().replace('http:', 'https:')), TIMEOUT_MS);
    await receiver.close();
    expect(result).toMatchObject({ statusCode: null, error: { code: 'tls_failure' } });
  });
});

/** An interim answer after the other, and never the final one. */
function endlessProcessing(): Behaviour {
  return (response) => {
    const timer = setInterval(() => {
      response.writeProcessing();
    }, 1);
    response.once('close', () => {
      clearInterval(timer);
    });
  };
}

/** Just these bytes, and the end of the connection. */
function raw(bytes: string): Behaviour {
  return (response) => response.socket?.end(bytes);
}
