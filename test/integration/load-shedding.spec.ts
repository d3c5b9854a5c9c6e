import { connect } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { Metrics } from '../../src/shared/metrics/metrics.js';
import { installLoadShedding, Overloaded } from '../../src/shared/http/load-shedding.js';
import { eventually } from '../support/eventually.js';

describe('load shedding', () => {
  let server: FastifyInstance;
  let metrics: Metrics;
  let release: (() => void)[];

  beforeEach(() => {
    metrics = new Metrics();
    release = [];
    server = fastify();
    installLoadShedding(server, { requests: 2, bytes: 100, bytesEach: 60 }, metrics);
    server.setErrorHandler((error, _, reply) => reply.status(error instanceof Overloaded ? 503 : 500).send());
    const wait = () => new Promise<string>((resolve) => release.push(() => { resolve('done'); })); // prettier-ignore
    server.post('/publish', { config: { rawBody: true } }, wait);
    server.post('/quick', { config: { rawBody: true } }, () => 'done');
    server.post('/other', wait);
  });
  afterEach(async () => {
    for (const each of release) each();
    await server.close();
  });

  const post = (path: string, bytes = 2) =>
    server.inject({ method: 'POST', url: path, payload: JSON.stringify('x'.repeat(bytes - 2)), headers: { 'content-type': 'application/json' } }); // prettier-ignore
  const underWay = async (count: number): Promise<void> => {
    while (release.length < count) await new Promise((resolve) => setImmediate(resolve));
  };

  it('refuses what is more than may be on its way in, and counts it', async () => {
    const accepted = [post('/publish'), post('/publish')];
    await underWay(2);

    expect((await post('/publish')).statusCode).toBe(503);
    expect(await metrics.render()).toContain('webhook_requests_shed_total 1');

    release.forEach((each) => { each(); }); // prettier-ignore
    for (const each of accepted) expect((await each).statusCode).toBe(200);
    const next = post('/publish');
    await underWay(3);
    release[2]!();
    expect((await next).statusCode).toBe(200);
  });

  it('refuses what is too much by size', async () => {
    const first = post('/publish', 60);
    await underWay(1);
    expect((await post('/publish', 60)).statusCode).toBe(503);
    release[0]!();
    expect((await first).statusCode).toBe(200);
  });

  it('leaves other calls alone', async () => {
    const publishing = [post('/publish'), post('/publish')];
    await underWay(2);
    const other = post('/other');
    await underWay(3);
    release.forEach((each) => { each(); }); // prettier-ignore
    expect((await other).statusCode).toBe(200);
    await Promise.all(publishing);
  });

  it('forgets clients that went away in the middle', async () => {
    let counted = 0;
    server.addHook('onRequest', (_request, _reply, done) => {
      counted += 1;
      done();
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.server.address() as { port: number };
    const head = 'POST /publish HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n';
    const clients = [1, 2].map(() => connect(port, '127.0.0.1').on('error', () => undefined));
    for (const client of clients) client.write(`${head}"half`);
    // A probe of ours that was on its way in beside one of them would have the other one refused.
    await eventually(() => counted, { until: (count) => count === 2 });
    expect((await post('/quick')).statusCode).toBe(503);

    for (const client of clients) client.destroy();

    await eventually(() => post('/quick'), { until: ({ statusCode }) => statusCode === 200 });
  });
});
