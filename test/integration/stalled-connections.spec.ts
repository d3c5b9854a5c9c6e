import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { closeStalled } from '../../src/app/stalled-connections.js';
import { eventually } from '../support/eventually.js';

/** More than the buffers of a connection hold on this machine. */
const MUCH = Buffer.alloc(64 * 1024 * 1024);
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

describe('a client that is to take something within a second, on a real connection', () => {
  let server: Server;
  let client: Socket;
  const served = new Set<Socket>();

  afterEach(async () => {
    client.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    served.clear();
  });

  async function ask(answer: RequestListener): Promise<void> {
    server = createServer(answer);
    server.on('connection', (socket: Socket) => served.add(socket));
    closeStalled(server, 1);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
    client.write(GET);
  }
  const hasEnded = () => [...served].every((socket) => socket.destroyed);
  const untilServed = () => eventually(() => served.size, { until: (count) => count === 1 });

  it('is left when it takes nothing, whatever it goes on asking', async () => {
    await ask((_, response) => response.end(MUCH));
    client.pause();
    await untilServed();

    const askOn = setInterval(() => client.write('\r\n'), 100);
    await eventually(hasEnded, { until: Boolean }).finally(() => {
      clearInterval(askOn);
    });
  });

  it('is served when it takes a little now and then', async () => {
    await ask((_, response) => response.end(MUCH));
    let bytes = 0;
    let allowed = 0;
    client.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > allowed) client.pause();
    });
    const allowMore = setInterval(() => {
      allowed += MUCH.length / 8;
      client.resume();
    }, 500);

    const beganMs = performance.now();
    await eventually(() => bytes, { until: (count) => count > MUCH.length }).finally(() => {
      clearInterval(allowMore);
    });
    expect(performance.now() - beganMs).toBeGreaterThan(3000);
  });

  it('may wait longer for what is still in the making', async () => {
    let make = (): void => undefined;
    await ask((_, response) => (make = () => response.end('made')));
    let text = '';
    client.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await untilServed();
    const beganMs = performance.now();
    await eventually(() => performance.now() - beganMs, { until: (ms) => ms > 3000 });

    make();

    await eventually(() => text, { until: (all) => all.includes('made') });
  });

  it('is left when it stays although nothing more will come', async () => {
    await ask(({ socket }) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await untilServed();
    client.resume();
    // It answers no end with an end of its own.
    client.allowHalfOpen = true;

    await eventually(hasEnded, { until: Boolean });
  });
});
