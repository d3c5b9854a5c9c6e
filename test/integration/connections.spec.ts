import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { jest } from '@jest/globals';
import { Connections } from '../../src/app/connections.js';
import { serveOneAtATime } from '../../src/app/one-at-a-time.js';
import { Shutdown } from '../../src/shared/shutdown.js';
import { Clock } from '../../src/shared/time/clock.js';
import { eventually } from '../support/eventually.js';

/** More than the buffers of a connection hold on this machine. */
const MUCH = Buffer.alloc(64 * 1024 * 1024);
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('a client that must read something within a second, on a real connection', () => {
  let server: Server;
  let client: Socket;
  const served = new Set<Socket>();
  /** Does what the server does once a second, for as long as the test says. */
  let look: () => void;

  beforeEach(() => {
    const everySecond = (done: () => void, ms: number): object => {
      expect(ms).toBeLessThanOrEqual(1000);
      look = done;
      return { unref: () => undefined };
    };
    jest.spyOn(globalThis, 'setInterval').mockImplementation(everySecond as unknown as typeof setInterval);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    client.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    served.clear();
  });

  async function ask(answer: RequestListener): Promise<void> {
    server = createServer(answer);
    server.on('connection', (socket: Socket) => served.add(socket));
    new Connections(server, 100).closeStalled(1);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
    client.write(GET);
  }
  const hasEnded = () => [...served].every((socket) => socket.destroyed);
  const untilServed = () => eventually(() => served.size, { until: (count) => count === 1 });

  it('is disconnected when it reads nothing, whatever else it asks for', async () => {
    await ask((_, response) => response.end(MUCH));
    client.pause();
    await untilServed();

    const askOn = (): boolean => {
      client.write('\r\n');
      look();
      return hasEnded();
    };
    await eventually(askOn, { until: Boolean });
  });

  it('is served when it reads a little now and then', async () => {
    await ask((_, response) => response.end(MUCH));
    let bytes = 0;
    let allowed = 0;
    client.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > allowed) client.pause();
    });
    while (bytes <= MUCH.length) {
      allowed += MUCH.length / 8;
      client.resume();
      await eventually(() => bytes, { until: (count) => count > Math.min(allowed, MUCH.length) });
      look();
      expect(hasEnded()).toBe(false);
    }
  });

  it('may wait longer for an answer that is still being made', async () => {
    let make: (() => void) | undefined;
    await ask((_, response) => (make = () => response.end('made')));
    let text = '';
    client.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await eventually(() => make, { until: (isAsked) => isAsked !== undefined });
    for (let looks = 0; looks < 5; looks += 1) look();

    make!();

    await eventually(() => text, { until: (all) => all.includes('made') });
  });

  it('is disconnected when it stays although nothing more will come', async () => {
    await ask(({ socket }) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await untilServed();
    client.resume();
    // This client does not answer the end of the connection with its own.
    client.allowHalfOpen = true;

    const isClosedAfterCheck = (): boolean => {
      look();
      return hasEnded();
    };
    await eventually(isClosedAfterCheck, { until: Boolean });
  });
});

describe('a server that closes while clients are connected, on real connections', () => {
  const clients: Socket[] = [];
  let server: Server;
  let clock: SetClock;
  let answers: (() => void)[];
  let warnings: object[];

  beforeEach(async () => {
    answers = [];
    warnings = [];
    clock = new SetClock();
    server = createServer((_, response) => answers.push(() => response.end('made')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
  });

  /** Opens a client that sends this text; `received` returns what has come back so far. */
  async function send(text: string): Promise<{ client: Socket; received: () => string }> {
    const accepted = once(server, 'connection');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    clients.push(client);
    let received = '';
    client.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
    client.on('error', () => undefined);
    if (text !== '') client.write(text);
    await accepted;
    return { client, received: () => received };
  }

  /** Begins to close with this much time for what is in flight; the time does not pass unless the test sets it. */
  async function closing(connections: Connections, timeoutMs = 1000): Promise<void> {
    const closed = once(server, 'close');
    const shutdown = new Shutdown(clock, timeoutMs);
    shutdown.onModuleDestroy();
    server.close();
    connections.drain(shutdown, { warn: (fields: object) => warnings.push(fields) });
    await closed;
  }

  it.each([
    ['asks for nothing', ''],
    ['has begun to ask', 'GET / HTTP/1.1\r\nHos'],
  ])('does not wait for a client that %s', async (_, text) => {
    const connections = new Connections(server, 100);
    await send(text);

    await closing(connections);
    expect(warnings).toEqual([]);
  });

  it('answers a request that arrives while it closes', async () => {
    const connections = new Connections(server, 100);
    const { client, received } = await send('GET / HT');
    const closed = closing(connections);
    client.write('TP/1.1\r\nHost: a\r\n\r\n');
    await eventually(() => answers, { until: ({ length }) => length === 1 });
    answers[0]!();

    await closed;
    await eventually(received, { until: (text) => text.endsWith('made') });
  });

  it('answers a request that has just come when the time is already up', async () => {
    const connections = new Connections(server, 100);
    const { received } = await send(GET);
    await eventually(() => answers, { until: ({ length }) => length === 1 });
    const closed = closing(connections, 0);
    setImmediate(answers[0]!);

    await closed;
    await eventually(received, { until: (text) => text.endsWith('made') });
    expect(warnings).toEqual([]);
  });

  it('sends an answer to its end, however much of it is still unsent', async () => {
    server.removeAllListeners('request').on('request', (_, response) => response.end(MUCH));
    const connections = new Connections(server, 100);
    const { client } = await send('');
    let bytes = 0;
    client.on('data', (chunk: string) => (bytes += chunk.length));
    client.pause();
    const asked = once(server, 'request');
    client.write(GET);
    await asked;
    const { client: silent } = await send('');
    const closed = closing(connections);
    await once(silent, 'close');
    client.resume();

    await closed;
    await eventually(() => bytes, { until: (count) => count > MUCH.length });
  });

  /** Closes while the first answer is being made, then completes it: the client must get it and be disconnected. */
  const closeWhileAnswering = async (requests: string): Promise<void> => {
    const connections = new Connections(server, 100);
    const { received } = await send(requests);
    await eventually(() => answers, { until: ({ length }) => length === 1 });
    const { client: silent } = await send('');
    const closed = closing(connections);
    await once(silent, 'close');
    answers[0]!();

    await closed;
    await eventually(received, { until: (text) => text.endsWith('made') });
    expect(received()).toMatch(/^connection: close\r$/im);
  };

  it('completes the answer in progress first, and keeps no connection for a next request', async () => {
    await closeWhileAnswering(GET);
    expect(warnings).toEqual([]);
  });

  it('answers the first of many pipelined requests and closes: the others need another connection', async () => {
    serveOneAtATime(server);
    await closeWhileAnswering(GET.repeat(100));
    expect(answers).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('drops incomplete and unanswered requests when the time is up', async () => {
    const connections = new Connections(server, 100);
    const requests = [await send(GET), await send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{')];
    await eventually(() => answers, { until: ({ length }) => length === 2 });
    const { client: silent } = await send('');
    const closed = closing(connections);
    await once(silent, 'close');
    expect(requests.some(({ client }) => client.destroyed)).toBe(false);

    clock.ms = 1000;
    await closed;
    expect(warnings).toEqual([{ requests: 2 }]);
  });
});

describe('connections of one address, on real sockets', () => {
  it('are limited to half of all: the others are closed, and find room again when some have ended', async () => {
    const server = createServer((_, response) => response.end('made'));
    new Connections(server, 8);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const open = (from: string): Socket => connect({ port, host: '127.0.0.1', localAddress: from }).resume();
    const isServed = (client: Socket): Promise<boolean> =>
      new Promise((resolve) => {
        client.on('error', () => undefined).write(GET);
        client.once('data', () => { resolve(true); }).once('close', () => { resolve(false); }); // prettier-ignore
      });

    const first = Array.from({ length: 6 }, () => open('127.0.0.1'));
    expect((await Promise.all(first.map(isServed))).filter(Boolean)).toHaveLength(4);
    const second = open('127.0.0.2');
    expect(await isServed(second)).toBe(true);
    for (const client of first) client.destroy();
    const later = await eventually(
      async () => {
        const client = open('127.0.0.1');
        first.push(client);
        return isServed(client);
      },
      { until: Boolean },
    );
    expect(later).toBe(true);

    for (const client of [...first, second]) client.destroy();
    server.close();
    await once(server, 'close');
  });
});

class SetClock extends Clock {
  ms = 0;

  nowMs(): number {
    return this.ms;
  }

  monotonicMs(): number {
    return this.ms;
  }
}
