import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { AttemptResult } from '../../src/delivery/domain/attempt-outcome.js';
import type { ClaimedDelivery } from '../../src/delivery/domain/claimed-delivery.js';
import { exchangeRecord, readExchangeRecord } from '../../src/delivery/domain/exchange-record.js';
import { type Header, sentHeaders } from '../../src/delivery/domain/sent-request.js';
import { secretFrom } from '../../src/signing/signing-key.js';
import { newUuid } from '../../src/shared/ids/uuid.js';
import { eventually } from '../support/eventually.js';
import { aClaimedDelivery, aDeliveryTo } from '../support/factories.js';
import { selfSigned } from '../support/self-signed.js';
import { aSender, closeSenders, secretBox } from '../support/senders.js';

/** Sender and receiver are one process, which may stand still for some seconds. */
const TIMEOUT_MS = 10_000;
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** What the history says of a request, by the way through what it stores. */
function recordedHeaders(delivery: ClaimedDelivery, { phases, sent }: AttemptResult): Header[] | null {
  const kept = readExchangeRecord(exchangeRecord(phases, sent)).sent;
  const { contentType, eventType, attempt, publicIds, payload } = delivery;
  const values = { contentType, eventType, attempt, deliveryId: publicIds.delivery, webhookId: publicIds.event };
  return kept && sentHeaders({ ...values, payloadBytes: payload.length }, kept);
}

describe('what an attempt keeps of its request', () => {
  let server: Server;
  /** Whole requests, byte for byte, by the order of their arrival. */
  let received: string[];
  let answer: (socket: Socket) => void;

  beforeEach(async () => {
    received = [];
    answer = (socket) => socket.write(ANSWER);
    server = createServer((socket) => {
      let text = '';
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        const length = /content-length: (\d+)\r\n/.exec(text)?.[1];
        const end = text.indexOf('\r\n\r\n') + 4;
        if (length === undefined || text.length < end + Number(length)) return;
        received.push(text);
        text = '';
        answer(socket);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(async () => {
    await closeSenders();
    server.close();
  });

  const port = (): number => (server.address() as AddressInfo).port;
  const url = (): string => `http://127.0.0.1:${port()}/hook?key=k`;

  /** The headers of a request as they came, in their order and spelling. */
  const headersIn = (text: string): Header[] => {
    const [head = ''] = text.split('\r\n\r\n');
    return head
      .split('\r\n')
      .slice(1)
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]);
  };

  it('is what the receiver got, header by header', async () => {
    const delivery = aClaimedDelivery({
      attempt: 7,
      contentType: 'text/plain; charset=utf-8',
      payload: Buffer.from('Zoë'),
      subscription: { targetUrl: url() },
    });

    const result = await aSender().send(delivery, TIMEOUT_MS);

    expect(result.statusCode).toBe(200);
    expect(recordedHeaders(delivery, result)).toEqual(headersIn(received[0]!));
  });

  it('has *** for everything that may be a credential, and all signatures', async () => {
    const subscriptionId = newUuid(Date.now());
    const secrets = [1, 2].map((n) => ({ box: secretBox.seal(secretFrom(Buffer.alloc(32, n)), subscriptionId) }));
    const sealed = { box: secretBox.seal('hidden value', `${subscriptionId}/headers/x-key`) };
    const subscription = {
      targetUrl: url(),
      secrets,
      shownHeaders: ['x-team'],
      // An earlier version stored hidden headers as they are.
      headers: { 'X-Team': 'core', 'X-Key': sealed, 'X-Old-Key': 'plain value', Accept: 'text/html' },
      auth: { type: 'bearer', box: secretBox.seal('t0ken', `${subscriptionId}/auth`) } as const,
    };
    const delivery = aClaimedDelivery({ subscriptionId, subscription });

    const result = await aSender().send(delivery, TIMEOUT_MS);

    const onTheWire = new Map(headersIn(received[0]!));
    expect(onTheWire.get('X-Key')).toBe('hidden value');
    expect(onTheWire.get('X-Old-Key')).toBe('plain value');
    expect(onTheWire.get('authorization')).toBe('Bearer t0ken');
    expect(onTheWire.get('webhook-signature')).toMatch(/^v1,\S+ v1,\S+$/);
    const hidden = new Set(['X-Key', 'X-Old-Key', 'authorization']);
    const expected = headersIn(received[0]!).map(([name, value]) => [name, hidden.has(name) ? '***' : value]);
    expect(recordedHeaders(delivery, result)).toEqual(expected);
    expect(exchangeRecord(result.phases, result.sent)).not.toMatch(/hidden value|plain value|t0ken/);
  });

  it('is there although the receiver closed the connection instead of answering', async () => {
    answer = (socket) => socket.destroy();
    const delivery = aDeliveryTo(url());

    const result = await aSender().send(delivery, TIMEOUT_MS);

    expect(result.error?.code).toBe('connection_reset');
    expect(recordedHeaders(delivery, result)).toEqual(headersIn(received[0]!));
    expect(result.phases).toMatchObject({ waitMs: expect.any(Number) as number, readMs: null });
  });

  it('is nothing if nothing was sent', async () => {
    const blocked = await aSender({ allowedTargetCidrs: [] }).send(aDeliveryTo(url()), TIMEOUT_MS);
    const free = port();
    server.close();
    await once(server, 'close');
    const refused = await aSender().send(aDeliveryTo(`http://127.0.0.1:${free}/`), TIMEOUT_MS);

    expect(blocked).toMatchObject({ error: { code: 'blocked_address' }, sent: null });
    expect(refused).toMatchObject({ error: { code: 'connection_refused' }, sent: null });
    expect(received).toEqual([]);
  });
});

describe('the phases of an attempt', () => {
  const NUMBER = expect.any(Number) as number;
  let server: Server;
  let port: number;

  beforeEach(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        if (bytes.toString('latin1').includes('{}')) socket.write(ANSWER);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(async () => {
    await closeSenders();
    server.close();
  });

  const resolver = { resolve: () => Promise.resolve(['127.0.0.1']) };

  it('are those of connecting only for the request for which the connection was made', async () => {
    const sender = aSender({ resolver });
    const delivery = aDeliveryTo(`http://hooks.example.com:${port}/`);

    const first = await sender.send(delivery, TIMEOUT_MS);
    // A connection is free again a moment after its answer was complete.
    const second = await eventually(() => sender.send(delivery, TIMEOUT_MS), {
      until: ({ phases }) => phases.connectMs === null,
    });

    const exchange = { tlsMs: null, waitMs: NUMBER, readMs: NUMBER };
    expect(first.phases).toEqual({ dnsMs: NUMBER, connectMs: NUMBER, ...exchange });
    expect(second.phases).toEqual({ dnsMs: null, connectMs: null, ...exchange });
  });

  it('belong each to their own request while many connect at once', async () => {
    const sender = aSender({ resolver });
    const delivery = aDeliveryTo(`http://hooks.example.com:${port}/`);

    const results = await Promise.all(Array.from({ length: 8 }, () => sender.send(delivery, TIMEOUT_MS)));

    const connecting = { dnsMs: NUMBER, connectMs: NUMBER };
    expect(results.map(({ phases }) => phases)).toEqual(
      results.map(() => expect.objectContaining(connecting) as object),
    );
  });

  it('have no look-up for a literal address', async () => {
    const { phases } = await aSender().send(aDeliveryTo(`http://127.0.0.1:${port}/`), TIMEOUT_MS);
    expect(phases).toEqual({ dnsMs: null, connectMs: NUMBER, tlsMs: null, waitMs: NUMBER, readMs: NUMBER });
  });

  it('end with the one in which connecting failed', async () => {
    const failing = { resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) };
    const nothing = { dnsMs: null, connectMs: null, tlsMs: null, waitMs: null, readMs: null };
    const unknown = await aSender({ resolver: failing }).send(aDeliveryTo('http://hooks.example.com/'), TIMEOUT_MS);
    expect(unknown).toMatchObject({ error: { code: 'dns_failure' }, phases: { ...nothing, dnsMs: NUMBER } });

    const secure = createHttpsServer(selfSigned).listen(0, '127.0.0.1');
    await once(secure, 'listening');
    const { port: securePort } = secure.address() as AddressInfo;
    const untrusted = await aSender().send(aDeliveryTo(`https://127.0.0.1:${securePort}/`), TIMEOUT_MS);
    secure.close();
    expect(untrusted).toMatchObject({
      error: { code: 'tls_failure' },
      phases: { ...nothing, connectMs: NUMBER, tlsMs: NUMBER },
    });
  });

  it('include the one that went on when the time was over', async () => {
    const never = { resolve: () => new Promise<string[]>(() => undefined) };

    const result = await aSender({ resolver: never }).send(aDeliveryTo('http://hooks.example.com/'), 400);

    expect(result).toMatchObject({ error: { code: 'timeout' }, sent: null });
    const { dnsMs, ...others } = result.phases;
    // Timers have a resolution of a millisecond.
    expect(dnsMs).toBeGreaterThan(390);
    expect(others).toEqual({ connectMs: null, tlsMs: null, waitMs: null, readMs: null });
  });
});
