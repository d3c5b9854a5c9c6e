import { jest } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { SystemClock } from '../../src/shared/time/clock.js';
import { aDeliveryTo } from '../support/factories.js';
import { aSender, closeSenders } from '../support/senders.js';

/** Sender and receiver are one process, which may stand still for some seconds. */
const TIMEOUT_MS = 10_000;

afterEach(closeSenders);

describe('a receiver that moves to another address while deliveries come without a pause', () => {
  const servers: Server[] = [];
  const received: string[] = [];

  const listen = async (address: string, port = 0): Promise<number> => {
    const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
      received.push(address);
      request.resume();
      response.end();
    }).listen(port, address);
    await once(server, 'listening');
    servers.push(server);
    return (server.address() as AddressInfo).port;
  };

  afterEach(() => {
    jest.restoreAllMocks();
    for (const server of servers) server.close().closeAllConnections();
  });

  it('gets all deliveries at the new address half a minute later', async () => {
    const port = await listen('127.0.0.1');
    await listen('127.0.0.2', port);
    let address = '127.0.0.1';
    const sender = aSender({ resolver: { resolve: () => Promise.resolve([address]) } });
    let isOver = false;
    const sendOn = async (): Promise<void> => {
      while (!isOver) await sender.send(aDeliveryTo(`http://hooks.example.com:${port}/`), TIMEOUT_MS);
    };
    const senders = Array.from({ length: 8 }, sendOn);
    const countTo = async (count: number): Promise<void> => {
      while (received.length < count) await new Promise((resolve) => setImmediate(resolve));
    };

    await countTo(100);
    expect(new Set(received)).toEqual(new Set(['127.0.0.1']));
    address = '127.0.0.2';
    const later = new SystemClock().monotonicMs() + 30_500;
    jest.spyOn(performance, 'now').mockReturnValue(later);
    // Requests in flight may still arrive at the old address.
    await countTo(received.length + 50);
    received.length = 0;
    await countTo(300);
    isOver = true;
    await Promise.all(senders);

    expect(received.filter((each) => each === '127.0.0.1')).toHaveLength(0);
  });
});

/**
 * Accepts no connection for a while once told so, as if each handshake took long: a full backlog drops the first
 * packet.
 */
const SLOW_TO_ACCEPT = `
  const { createServer } = require('node:http');
  const { parentPort } = require('node:worker_threads');
  const server = createServer((request, response) => {
    request.resume();
    response.end();
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => parentPort.postMessage(server.address().port));
  parentPort.on('message', (ms) => {
    parentPort.postMessage('busy');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  });`;

describe('a receiver with addresses of IPv4 and IPv6', () => {
  let receiver: Worker;

  beforeEach(() => {
    receiver = new Worker(SLOW_TO_ACCEPT, { eval: true });
  });

  afterEach(() => receiver.terminate());

  const addresses = ['127.0.0.1', '::1'];
  const aDualStackSender = () =>
    aSender({
      resolver: { resolve: () => Promise.resolve(addresses) },
      allowedTargetCidrs: ['127.0.0.0/8', '::1/128'],
    });

  it('is reached at the address that answers, even if its handshake takes a second', async () => {
    const [port] = (await once(receiver, 'message')) as [number];
    const busy = once(receiver, 'message');
    receiver.postMessage(700);
    await busy;
    const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(fillers.slice(0, 2).map((filler) => once(filler, 'connect')));

    const result = await aDualStackSender().send(aDeliveryTo(`http://hooks.example.com:${port}/`), TIMEOUT_MS);

    for (const filler of fillers) filler.destroy();
    expect(result).toMatchObject({ statusCode: 200, error: null });
    // Otherwise this test would show nothing.
    expect(result.durationMs).toBeGreaterThan(250);
  });

  it('is given up when the time is up, with the duration in the message', async () => {
    const [port] = (await once(receiver, 'message')) as [number];
    const busy = once(receiver, 'message');
    receiver.postMessage(9000);
    await busy;
    const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(fillers.slice(0, 2).map((filler) => once(filler, 'connect')));

    const result = await aDualStackSender().send(aDeliveryTo(`http://hooks.example.com:${port}/`), TIMEOUT_MS);

    for (const filler of fillers) filler.destroy();
    const message = expect.stringContaining('did not accept a connection within 5 s') as string;
    expect(result).toMatchObject({ statusCode: null, error: { code: 'timeout', message } });
    expect(result.durationMs).toBeGreaterThan(4900);
  });
});

/** Answers each request with the number of its connection, then treats the connection as the path says. */
const MEDDLER = `
  const { createServer } = require('node:net');
  const { parentPort } = require('node:worker_threads');
  let connections = 0;
  const server = createServer((socket) => {
    const id = connections += 1;
    socket.on('error', () => {});
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
      if (!text.endsWith('{}')) return;
      const [, kind, bytes] = /POST \\/(\\w+)\\/(\\S*) /.exec(text);
      text = '';
      const answer = 'HTTP/1.1 200 OK\\r\\nX-Connection: ' + id + '\\r\\nContent-Length: 0\\r\\n\\r\\n';
      const unasked = decodeURIComponent(bytes);
      socket.write(kind === 'together' ? answer + unasked : answer, () => {
        parentPort.postMessage('done');
        setTimeout(() => {
          if (kind === 'later') socket.write(unasked);
          if (kind === 'end') socket.end();
          if (kind === 'reset') socket.resetAndDestroy();
        }, 50);
      });
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;

describe('a kept connection', () => {
  let receiver: Worker;

  beforeEach(() => {
    receiver = new Worker(MEDDLER, { eval: true });
  });

  afterEach(() => receiver.terminate());

  it.each([
    ['another answer came with the last one', 'together', 'HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n'],
    ['another answer came later', 'later', 'HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n'],
    ['the beginning of another answer came later', 'later', 'HTTP/1.1 20'],
    ['an interim answer came later', 'later', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a time-out was announced later', 'later', 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'],
    ['more bytes came than were announced', 'together', 'and more'],
    ['something that is not HTTP came later', 'later', 'what is this?'],
    ['the receiver has ended it', 'end', ''],
    ['the receiver has reset it', 'reset', ''],
  ])('is not reused when %s', async (_, kind, bytes) => {
    const [port] = (await once(receiver, 'message')) as [number];
    const sender = aSender();
    const url = `http://127.0.0.1:${port}/${kind}/${encodeURIComponent(bytes)}`;
    for (let connection = 1; connection <= 3; connection += 1) {
      const done = once(receiver, 'message');
      const result = await sender.send(aDeliveryTo(url), TIMEOUT_MS);
      expect(result).toMatchObject({
        statusCode: 200,
        error: null,
        responseHeaders: { 'x-connection': String(connection) },
      });
      await done;
      // The bytes arrive while this process is busy, and are unread when the next request is made. That happens in an
      // immediate, after which sockets are read before anything is written.
      await new Promise<void>((resolve) => {
        setImmediate(() => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
          resolve();
        });
      });
    }
  });
});
