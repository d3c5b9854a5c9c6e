import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Worker } from 'node:worker_threads';
import { secretFrom } from '../../src/signing/signing-key.js';
import { toPublicId } from '../../src/shared/ids/public-id.js';
import type { HostResolver } from '../../src/targets/host-resolver.js';
import { AttemptInterrupted } from '../../src/delivery/attempt/http/webhook-sender.js';
import { eventually } from '../support/eventually.js';
import { aClaimedDelivery, aDeliveryTo } from '../support/factories.js';
import { hang, respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { selfSigned } from '../support/self-signed.js';
import { aSender, closeSenders, secretBox } from '../support/senders.js';
import { verifyWebhook } from '../support/standard-webhooks.js';

/** Sender and receiver are one process, which may stand still for some seconds. */
const TIMEOUT_MS = 10_000;

afterEach(closeSenders);

/** A receiver that answers after 100 ms, even while this thread is blocked. */
const INDEPENDENT_RECEIVER = `
  const { createServer } = require('node:http');
  const { parentPort } = require('node:worker_threads');
  const server = createServer((request, response) => {
    request.resume();
    parentPort.postMessage('asked');
    setTimeout(() => response.end('ok'), 100);
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;

describe('a sender whose process is busy', () => {
  let receiver: Worker;

  beforeEach(() => {
    receiver = new Worker(INDEPENDENT_RECEIVER, { eval: true });
  });

  afterEach(() => receiver.terminate());

  it('counts an answer that came in time, however late it gets to read it', async () => {
    const [port] = (await once(receiver, 'message')) as [number];
    const asked = once(receiver, 'message');

    const sent = aSender().send(aDeliveryTo(`http://127.0.0.1:${port}/`), 2000);
    await asked;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);

    expect(await sent).toMatchObject({ statusCode: 200, error: null });
  });
});

describe('the request of a sender to a receiver on this machine', () => {
  let receiver: ScriptedReceiver;

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
  });

  afterEach(() => receiver.close());

  it('carries the payload byte for byte, under its own content type', async () => {
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

  it('names its event, delivery and attempt, and carries the own headers of the subscription', async () => {
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

  it('is signed so that only a holder of one of the secrets can verify it', async () => {
    const texts = [secretFrom(Buffer.alloc(32, 7)), 'just some text'];
    const delivery = aClaimedDelivery({ payload: Buffer.from('{"name":"Zoë"}') });
    const secrets = texts.map((text) => ({ box: secretBox.seal(text, delivery.subscriptionId) }));
    const subscription = { ...delivery.subscription, targetUrl: receiver.url(), secrets };

    await aSender().send({ ...delivery, subscription }, TIMEOUT_MS);

    const [request] = receiver.requests;
    for (const text of texts) expect(verifyWebhook(text, request!)).toEqual({ name: 'Zoë' });
    expect(() => verifyWebhook('another', request!)).toThrow('No matching signature');
  });

  it('uses connections that already exist', async () => {
    const ports = new Set<number | undefined>();
    receiver.script('/', (response) => {
      ports.add(response.socket?.remotePort);
      response.end();
    });
    const sender = aSender();
    for (let n = 0; n < 20; n += 1) await sender.send(aDeliveryTo(receiver.url()), TIMEOUT_MS);
    expect(receiver.requests).toHaveLength(20);
    // A connection is free again a moment after its answer was complete.
    expect(ports.size).toBeLessThanOrEqual(3);
  });
});

describe('a sender that is closed while it waits for an answer', () => {
  it('returns no result, because the outcome of the request is unknown', async () => {
    const receiver = await ScriptedReceiver.start();
    receiver.script('/', hang());
    const sender = aSender();
    const sent = sender.send(aDeliveryTo(receiver.url('/')), 10_000);
    await eventually(() => receiver.requests, { until: ({ length }) => length === 1 });

    await Promise.all([expect(sent).rejects.toThrow(AttemptInterrupted), sender.onApplicationShutdown()]);
    await receiver.close();
  });
});

describe('a target that the sender does not reach, on this machine', () => {
  let server: Server;
  let receiver: ScriptedReceiver;
  let connections: number;

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
    connections = 0;
    server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    server.close();
    await receiver.close();
  });

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
  ])('is %s that is blocked, and gets no connection', async (_, host, resolver) => {
    const sender = aSender({ resolver, allowedTargetCidrs: [] });
    const result = await sender.send(aDeliveryTo(`http://${host}:${portOf(server)}/`), TIMEOUT_MS);
    expect(result).toMatchObject({ statusCode: null, error: { code: 'blocked_address' } });
    expect(connections).toBe(0);
    // The allowed address would have got a connection.
    await aSender({ resolver }).send(aDeliveryTo(`http://127.0.0.1:${portOf(server)}/`), TIMEOUT_MS);
    await eventually(() => connections, { until: (count) => count === 1 });
  });

  it('can be a name that turns to a blocked address between two attempts', async () => {
    const { port } = new URL(receiver.url());
    let address = '127.0.0.1';
    const sender = aSender({
      resolver: { resolve: () => Promise.resolve([address]) },
      allowedTargetCidrs: ['127.0.0.1/32'],
    });
    receiver.script('/', respond(200, { headers: { connection: 'close' } }));
    const delivery = aDeliveryTo(`http://hooks.example.com:${port}/`);
    expect(await sender.send(delivery, TIMEOUT_MS)).toMatchObject({ statusCode: 200 });
    expect(receiver.requests[0]!.headers['host']).toBe(`hooks.example.com:${port}`);

    address = '127.0.0.2';
    expect(await sender.send(delivery, TIMEOUT_MS)).toMatchObject({ error: { code: 'blocked_address' } });
    expect(receiver.requests).toHaveLength(1);
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN', 'ESERVFAIL'])('can be an unknown name: %s', async (code) => {
    const result = await aSender({ resolver: failing(code) }).send(
      aDeliveryTo('http://hooks.example.com/'),
      TIMEOUT_MS,
    );
    expect(result).toMatchObject({ statusCode: null, error: { code: 'dns_failure' } });
  });

  it('can be a name whose addresses do not come in time', async () => {
    const resolver = { resolve: () => new Promise<string[]>(() => undefined) };
    const result = await aSender({ resolver }).send(aDeliveryTo('http://hooks.example.com/'), 400);
    expect(result).toMatchObject({ statusCode: null, error: { code: 'timeout' } });
  });

  it('can be a port on which nothing listens', async () => {
    const port = portOf(server);
    server.close();
    await once(server, 'close');
    const result = await aSender().send(aDeliveryTo(`http://127.0.0.1:${port}/`), TIMEOUT_MS);
    // Without the address: a tenant may not learn what names resolve to here.
    const message =
      'the receiver refused the connection; check that it runs and listens on the port of target_url (ECONNREFUSED)';
    const error = { code: 'connection_refused', message };
    expect(result).toMatchObject({ statusCode: null, error });
  });

  it('can be a server with an untrusted certificate', async () => {
    const received: unknown[] = [];
    const secure = createHttpsServer(selfSigned, (request, response) => {
      received.push(request);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(secure, 'listening');
    try {
      const result = await aSender().send(aDeliveryTo(`https://127.0.0.1:${portOf(secure)}/`), TIMEOUT_MS);
      const message = expect.stringContaining("the receiver's certificate is self-signed") as string;
      expect(result).toMatchObject({ statusCode: null, error: { code: 'tls_failure', message } });
      expect(received).toEqual([]);
    } finally {
      secure.close();
    }
  });

  it('can be a server that does not speak TLS', async () => {
    const result = await aSender().send(aDeliveryTo(receiver.url().replace('http:', 'https:')), TIMEOUT_MS);
    const message = expect.stringContaining('the target speaks plain HTTP, not TLS') as string;
    expect(result).toMatchObject({ statusCode: null, error: { code: 'tls_failure', message } });
  });
});
