import { connect, type Socket } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { BodyTooLarge } from '../../src/shared/http/body-errors.js';
import { Intake, Overloaded } from '../../src/shared/http/intake.js';
import { installBodyParser } from '../../src/shared/http/raw-body.js';
import { Metrics } from '../../src/shared/metrics/metrics.js';
import { eventually } from '../support/eventually.js';

const MAX_PAYLOAD_BYTES = 50;

function statusOf(error: Error): number {
  if (error instanceof Overloaded) return 503;
  return error instanceof BodyTooLarge ? 413 : 500;
}

describe('the limit on publishes in progress, on real connections', () => {
  let server: FastifyInstance;
  let metrics: Metrics;
  let release: (() => void)[];
  const clients: Socket[] = [];

  beforeEach(async () => {
    metrics = new Metrics();
    release = [];
    server = fastify({ forceCloseConnections: true });
    installBodyParser(server, MAX_PAYLOAD_BYTES);
    new Intake({ requests: 8, bytes: 100 }, metrics).install(server, ({ headers }) => String(headers['x-tenant']));
    server.setErrorHandler((error: Error, _, reply) => reply.status(statusOf(error)).send());
    const wait = () => new Promise<string>((resolve) => release.push(() => { resolve('done'); })); // prettier-ignore
    server.post('/publish', { config: { rawBody: true } }, wait);
    server.post('/quick', { config: { rawBody: true } }, (request) => String(request.body));
    server.post('/other', wait);
    server.post('/patient', { config: { rawBody: true } }, (request) => {
      request.intake!.release();
      return wait();
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(async () => {
    for (const each of release) each();
    for (const client of clients.splice(0)) client.destroy();
    await server.close();
  });

  const post = (path: string, tenant: string, bytes = 2) =>
    server.inject({
      method: 'POST',
      url: path,
      payload: JSON.stringify('x'.repeat(bytes - 2)),
      headers: { 'content-type': 'application/json', 'x-tenant': tenant },
    });
  const untilInProgress = (count: number) => eventually(() => release, { until: ({ length }) => length === count });

  /** Announces a body and sends its beginning. */
  function begin(tenant: string, announced: number, beginning: string): { client: Socket; received: () => string } {
    const client = connect((server.server.address() as { port: number }).port, '127.0.0.1');
    clients.push(client);
    let received = '';
    client.setEncoding('latin1').on('data', (text: string) => (received += text));
    client.on('error', () => undefined);
    client.write(
      `POST /quick HTTP/1.1\r\nHost: x\r\nX-Tenant: ${tenant}\r\nContent-Length: ${announced}\r\n\r\n${beginning}`,
    );
    return { client, received: () => received };
  }

  /** Waits until all of these have come as far as they can. */
  async function begun(count: number, tenant: string, announced: number, beginning: string): Promise<void> {
    let came = 0;
    server.server.on('request', () => (came += 1));
    for (let index = 0; index < count; index += 1) begin(tenant, announced, beginning);
    await eventually(() => came, { until: (all) => all >= count });
  }

  it('gives one tenant no more than half of the requests, and leaves the rest to the others', async () => {
    const first = [post('/publish', 'a'), post('/publish', 'a'), post('/publish', 'a'), post('/publish', 'a')];
    await untilInProgress(4);
    expect((await post('/publish', 'a')).statusCode).toBe(503);
    expect(await metrics.render()).toContain('webhook_requests_shed_total 1');

    expect((await post('/quick', 'b')).statusCode).toBe(200);
    release.forEach((each) => { each(); }); // prettier-ignore
    for (const each of first) expect((await each).statusCode).toBe(200);
    expect((await post('/quick', 'a')).statusCode).toBe(200);
  });

  it('counts requests left behind by a disconnected client until they are done', async () => {
    for (let n = 0; n < 4; n += 1) {
      const client = connect((server.server.address() as { port: number }).port, '127.0.0.1');
      clients.push(client);
      client.write('POST /publish HTTP/1.1\r\nHost: x\r\nX-Tenant: a\r\nContent-Length: 2\r\n\r\n12');
      await untilInProgress(n + 1);
      client.destroy();
    }
    await eventually(async () => (await new Promise<number>((resolve) => { server.server.getConnections((_, count) => { resolve(count); }); })), { until: (count) => count === 0 }); // prettier-ignore
    expect((await post('/quick', 'a')).statusCode).toBe(503);

    release.forEach((each) => { each(); }); // prettier-ignore
    await eventually(() => post('/quick', 'a'), { until: ({ statusCode }) => statusCode === 200 });
  });

  it('counts no request that has let go of its place and only waits', async () => {
    const waiting = [post('/patient', 'a', 40), post('/patient', 'a', 40), post('/patient', 'a', 40)];
    await untilInProgress(3);

    const others = [post('/publish', 'a'), post('/publish', 'a'), post('/publish', 'a'), post('/publish', 'a')];
    await untilInProgress(7);
    expect((await post('/publish', 'a')).statusCode).toBe(503);
    release.forEach((each) => { each(); }); // prettier-ignore
    for (const each of [...waiting, ...others]) expect((await each).statusCode).toBe(200);
    expect((await post('/quick', 'a', 40)).statusCode).toBe(200);
  });

  it('gives one tenant no more than half of the bytes', async () => {
    const first = [post('/publish', 'a', 40)];
    await untilInProgress(1);
    expect((await post('/quick', 'a', 40)).statusCode).toBe(503);
    expect((await post('/quick', 'b', 40)).statusCode).toBe(200);
    release[0]!();
    expect((await first[0]!).statusCode).toBe(200);
    expect((await post('/quick', 'a', 40)).statusCode).toBe(200);
  });

  it('ignores bytes that are only announced', async () => {
    await begun(20, 'a', 50, 'x');

    for (const tenant of ['a', 'b']) expect((await post('/quick', tenant, 20)).statusCode).toBe(200);
  });

  it('ignores incomplete requests, however many there are', async () => {
    await begun(20, 'a', 2, 'x');

    for (const tenant of ['a', 'b']) expect((await post('/quick', tenant)).statusCode).toBe(200);
  });

  it('applies in the middle of a body that becomes too much, and then ends the connection', async () => {
    const { client, received } = begin('a', 50, 'x'.repeat(30));
    await eventually(() => post('/quick', 'a', 40), { until: ({ statusCode }) => statusCode === 503 });
    const second = begin('a', 50, 'x'.repeat(10));
    second.client.write('x'.repeat(35));

    await eventually(second.received, { until: (text) => text.startsWith('HTTP/1.1 503') });
    expect(second.received()).toMatch(/^connection: close\r$/im);
    client.write('x'.repeat(20));
    await eventually(received, { until: (text) => text.startsWith('HTTP/1.1 200') });
    await eventually(() => post('/quick', 'a', 40), { until: ({ statusCode }) => statusCode === 200 });
  });

  it('leaves other calls alone', async () => {
    const publishing = Array.from({ length: 4 }, () => post('/publish', 'a'));
    await untilInProgress(4);
    const other = post('/other', 'a');
    await untilInProgress(5);
    release.forEach((each) => { each(); }); // prettier-ignore
    expect((await other).statusCode).toBe(200);
    await Promise.all(publishing);
  });

  it('forgets clients that disconnect in the middle', async () => {
    await begun(1, 'a', 50, 'x'.repeat(49));
    await eventually(() => post('/quick', 'a', 40), { until: ({ statusCode }) => statusCode === 503 });

    clients[0]!.destroy();

    await eventually(() => post('/quick', 'a', 40), { until: ({ statusCode }) => statusCode === 200 });
  });

  it.each([
    ['is announced as such', `Content-Length: 51\r\n\r\n`],
    ['turns out to be', `Transfer-Encoding: chunked\r\n\r\n33\r\n${'x'.repeat(51)}\r\n0\r\n\r\n`],
  ])('refuses a body that is too large when it %s', async (_, rest) => {
    const { client, received } = begin('a', 0, '');
    await eventually(received, { until: (text) => text.includes('200 OK') });
    client.write(`POST /quick HTTP/1.1\r\nHost: x\r\nX-Tenant: a\r\n${rest}`);

    await eventually(received, { until: (text) => text.includes('HTTP/1.1 413') });
  });
});
