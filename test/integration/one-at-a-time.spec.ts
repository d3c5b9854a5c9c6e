import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { serveOneAtATime } from '../../src/app/one-at-a-time.js';
import { answerUnreadable } from '../../src/app/unreadable-requests.js';
import { RequestLog } from '../../src/shared/http/request-log.js';
import { eventually } from '../support/eventually.js';
import { silentLogger } from '../support/silent-logger.js';

const GET = 'GET /get HTTP/1.1\r\nHost: a\r\n\r\n';
const MANY = 2000;

describe('a connection that is served one request at a time, on real sockets', () => {
  let server: Server;
  const clients: Socket[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  async function serve(listener: RequestListener): Promise<void> {
    server = createServer(listener);
    server.on('clientError', answerUnreadable(new RequestLog(silentLogger)));
    serveOneAtATime(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }

  /** `received` returns what has come back so far. */
  function open(): { client: Socket; received: () => string } {
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    clients.push(client);
    let received = '';
    client.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
    client.on('error', () => undefined);
    return { client, received: () => received };
  }

  /** Answers each request with its body, later, and records how many requests were in progress at once. */
  function echo(): { listener: RequestListener; most: () => number } {
    let now = 0;
    let most = 0;
    const listener: RequestListener = (request, response) => {
      most = Math.max(most, (now += 1));
      response.once('close', () => (now -= 1));
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => setImmediate(() => response.end(`<${request.url}:${Buffer.concat(chunks).toString()}>`)));
    };
    return { listener, most: () => most };
  }

  const bodies = (text: string): string[] => text.match(/<[^>]*>/gs) ?? [];

  const plain = fc.stringMatching(/^[a-z\r\n0]{0,40}$/);
  const request = fc.oneof(
    fc.constant({ text: GET, answer: '</get:>' }),
    plain.map((body) => ({
      text: `POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      answer: `</length:${body}>`,
    })),
    fc.tuple(fc.array(plain, { maxLength: 4 }), fc.boolean()).map(([parts, hasTrailer]) => ({
      text: [
        'POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
        ...parts.filter(Boolean).map((part) => `${part.length.toString(16)}\r\n${part}\r\n`),
        `0\r\n${hasTrailer ? 'X-Trailer: yes\r\n' : ''}\r\n`,
      ].join(''),
      answer: `</chunked:${parts.join('')}>`,
    })),
  );

  it('gets all its answers in order, one after the other, wherever its bytes are split', async () => {
    const { listener, most } = echo();
    await serve(listener);
    const pieces = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 2000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 30 }), pieces, async (requests, size) => {
        const { client, received } = open();
        const text = requests.map((each) => each.text).join('');
        client.setNoDelay(true);
        for (let at = 0; at < text.length; at += size) {
          client.write(text.slice(at, at + size));
          // Goes into a packet of its own.
          if (at % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
        const expected = requests.map(({ answer }) => answer);
        const answers = await eventually(() => bodies(received()), {
          until: ({ length }) => length >= expected.length,
          intervalMs: 1,
        });
        client.destroy();
        expect(answers).toEqual(expected);
      }),
      { numRuns: 60 },
    );
    expect(most()).toBeLessThanOrEqual(2);
  });

  it('gets thousands of answers, and its next request is not read before the last is answered', async () => {
    const { listener, most } = echo();
    await serve(listener);
    const { client, received } = open();
    client.write(GET.repeat(MANY));

    await eventually(() => bodies(received()), { until: ({ length }) => length === MANY });
    expect(most()).toBe(1);
  });

  it.each([
    ['its answer is being made', () => undefined],
    [
      'it reads no answer',
      (answer: () => void) => {
        answer();
      },
    ],
  ] as const)('has only one request seen while %s, however many it sends', async (_, act) => {
    let seen = 0;
    await serve((_request, response) => {
      seen += 1;
      act(() => response.end(Buffer.alloc(64 * 1024 * 1024)));
    });
    const { client } = open();
    client.pause();
    client.write(GET.repeat(MANY));
    await eventually(() => seen, { until: (count) => count > 0 });
    // Another client that asks later is answered, so everything sent before has been read.
    const { client: other } = open();
    other.write(GET);
    await eventually(() => seen, { until: (count) => count >= 2 });

    expect(seen).toBe(2);
  });

  it('leaves others their turn, however quickly its requests are answered', async () => {
    const order: string[] = [];
    await serve(({ url }, response) => {
      order.push(url!);
      response.end('<>');
    });
    const { client, received } = open();
    const { client: other } = open();
    await once(other, 'connect');
    client.write(GET.repeat(MANY));
    other.write('GET /other HTTP/1.1\r\nHost: a\r\n\r\n');

    await eventually(() => bodies(received()), { until: ({ length }) => length === MANY });
    expect(order.indexOf('/other')).toBeLessThan(MANY / 2);
  });

  it('can be answered before the body is complete, and the rest of the body is not taken for a request', async () => {
    const seen: string[] = [];
    await serve(({ url }, response) => {
      seen.push(url!);
      response.end(`<${url}>`);
    });
    const { client, received } = open();
    client.write('POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\n\r\n');
    await eventually(received, { until: (text) => text.endsWith('>') });
    client.write(`${GET}${GET}${GET}`.slice(0, 60).padEnd(60, ' '));
    client.write(GET);

    await eventually(() => bodies(received()), { until: ({ length }) => length === 2 });
    expect(seen).toEqual(['/early', '/get']);
  });

  it('is told to continue when it asks first', async () => {
    await serve(echo().listener);
    const { client, received } = open();
    client.write('POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
    await eventually(received, { until: (text) => text.startsWith('HTTP/1.1 100 Continue') });
    client.write(`ab${GET}`);

    await eventually(() => bodies(received()), { until: ({ length }) => length === 2 });
    expect(bodies(received())).toEqual(['</a:ab>', '</get:>']);
  });

  it.each([
    ['a malformed request', 'nonsense\r\n\r\n'],
    ['a request with bare line feeds, of which the parser could see many at once', GET.replaceAll('\r', '')],
    ['the beginning of a malformed request', 'non sense \0'],
  ])('gets the answers that precede %s, then a refusal', async (_, bytes) => {
    await serve(echo().listener);
    const { client, received } = open();
    client.write(`${GET}${GET}${bytes}${bytes.repeat(100)}`);
    await once(client, 'close');

    expect(bodies(received())).toEqual(['</get:>', '</get:>']);
    expect(received().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400']);
  });

  it.each([
    ['HTTP/1.0', 'GET /a HTTP/1.0\r\n\r\n'],
    ['Connection: close', 'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
  ])('ends with the answer to %s, whatever follows', async (_, last) => {
    await serve(echo().listener);
    const { client, received } = open();
    client.write(`${last}${GET.repeat(10)}`);
    await once(client, 'close');

    expect(bodies(received())).toEqual(['</a:>']);
  });

  it.each([['CONNECT b:80 HTTP/1.1\r\nHost: a\r\n\r\n'], ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']])(
    'is closed by %j after the answers before it',
    async (bytes) => {
      await serve(echo().listener);
      const { client, received } = open();
      client.write(`${GET}${bytes}${GET}`);
      await once(client, 'close');

      expect(bodies(received())).toEqual(['</get:>']);
    },
  );

  it('answers a request to upgrade like any other', async () => {
    await serve(echo().listener);
    const { client, received } = open();
    client.write(`GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${GET}`);

    await eventually(() => bodies(received()), { until: ({ length }) => length === 2 });
    expect(bodies(received())).toEqual(['</up:>', '</get:>']);
  });

  it('is noticed as gone while its answer is being made', async () => {
    let isGone = false;
    let seen = 0;
    await serve((_, response) => {
      seen += 1;
      response.once('close', () => (isGone = true));
    });
    const { client } = open();
    client.write(GET);
    await eventually(() => seen, { until: (count) => count === 1 });
    client.destroy();

    await eventually(() => isGone, { until: Boolean });
  });

  it('has a large body read as fast as it is consumed, and then its next request', async () => {
    await serve((request, response) => {
      let length = 0;
      request.on('data', (chunk: Buffer) => {
        length += chunk.length;
        request.pause();
        setImmediate(() => request.resume());
      });
      request.on('end', () => response.end(`<${length}>`));
    });
    const { client, received } = open();
    const bytes = 3_000_000;
    client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bytes}\r\n\r\n${'\r\n'.repeat(bytes / 2)}${GET}`);

    await eventually(() => bodies(received()), { until: ({ length }) => length === 2 });
    expect(bodies(received())).toEqual([`<${bytes}>`, '<0>']);
  });
});
