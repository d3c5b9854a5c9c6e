import { LIMITS } from '../../src/shared/limits.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { openRaw, sendRaw } from '../support/raw-request.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const HEAD = 'Host: localhost\r\nConnection: close\r\n';

describe('a malformed HTTP request, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({ entry: 'main', settings: fastSettings(database, { ADMIN_PORT: '0' }) });
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it.each([
    ['a Content-Length that is not a number', `POST /webhooks/a HTTP/1.1\r\n${HEAD}Content-Length: x\r\n\r\nab`],
    ['a negative Content-Length', `POST /webhooks/a HTTP/1.1\r\n${HEAD}Content-Length: -1\r\n\r\nab`],
    ['an endless Content-Length', `POST /webhooks/a HTTP/1.1\r\n${HEAD}Content-Length: ${'9'.repeat(30)}\r\n\r\nab`],
    [
      'two Content-Length headers',
      `POST /webhooks/a HTTP/1.1\r\n${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc`,
    ],
    [
      'Content-Length beside Transfer-Encoding',
      `POST /webhooks/a HTTP/1.1\r\n${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n`,
    ],
    ['an unknown Transfer-Encoding', `POST /webhooks/a HTTP/1.1\r\n${HEAD}Transfer-Encoding: gzip\r\n\r\nab`],
    [
      'a malformed chunk',
      `POST /webhooks/a HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n`,
    ],
    [
      'a chunk with an endless extension',
      `POST /webhooks/a HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n2;${'x'.repeat(20_000)}\r\nab\r\n0\r\n\r\n`,
    ],
    [
      'endless trailers',
      `POST /webhooks/a HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
    ],
    ['10,000 headers', `GET /health/live HTTP/1.1\r\n${HEAD}${'a: 1\r\n'.repeat(10_000)}\r\n`],
    ['an endless path', `GET /subscriptions/${'x'.repeat(LIMITS.headerBytes)} HTTP/1.1\r\n${HEAD}\r\n`],
    ['NUL in a header', `GET /health/live HTTP/1.1\r\n${HEAD}a: x\0y\r\n\r\n`],
    ['NUL in a header name', `GET /health/live HTTP/1.1\r\n${HEAD}a\0b: x\r\n\r\n`],
    ['CR in a header', `GET /health/live HTTP/1.1\r\n${HEAD}a: x\ry\r\n\r\n`],
    ['a folded header', `GET /health/live HTTP/1.1\r\n${HEAD}a: x\r\n y\r\n\r\n`],
    ['bytes beyond ASCII in the path', `GET /subscriptions/\xff HTTP/1.1\r\n${HEAD}\r\n`],
    ['no host', 'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['HTTP/0.9', 'GET /health/live\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a tunnel', `CONNECT 127.0.0.1:80 HTTP/1.1\r\n${HEAD}\r\n`],
    ['an unknown method', `BREW /health/live HTTP/1.1\r\n${HEAD}\r\n`],
  ])('is answered with 4xx or a closed connection: %s', async (_name, bytes) => {
    const { status } = await sendRaw(service.url, bytes);
    expect(status ?? 400).toBeGreaterThanOrEqual(400);
    expect(status ?? 400).toBeLessThan(500);
  });

  it.each([
    ['100-continue', 'HTTP/1.1 100 Continue'],
    ['100-Continue', 'HTTP/1.1 100 Continue'],
  ])('does not include one that expects %s: it is told to continue, and accepted', async (expectation, goOn) => {
    const { socket, answer } = await openRaw(service.url);
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
    socket.write(`POST /webhooks/a HTTP/1.1\r\n${HEAD}Expect: ${expectation}\r\nContent-Length: 2\r\n\r\n`);

    await eventually(() => heard, { until: (text) => text.startsWith(goOn) });
    socket.write('ab');

    expect((await answer).body).toContain('HTTP/1.1 202 ');
  });

  it('creates no second event out of a body that continues after its length', async () => {
    const answer = await sendRaw(
      service.url,
      `POST /webhooks/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nabcdef`,
    );

    // The first request is whole; the rest is the beginning of a malformed one.
    expect(answer.status).toBe(202);
    expect(answer.body).toContain('HTTP/1.1 400 ');
    const id = /evt_\w{26}/.exec(answer.body)![0];
    expect((await new ApiClient(service.url).request('GET', `/events/${id}/payload`)).text).toBe('ab');
  });

  it.each([
    ['10,000 headers', `GET /health/live HTTP/1.1\r\n${HEAD}${'a: 1\r\n'.repeat(10_000)}\r\n`, 431],
    ['201 headers', `GET /health/live HTTP/1.1\r\n${HEAD}${'a: 1\r\n'.repeat(199)}\r\n`, 431],
    ['no HTTP', 'GET /\0', 400],
    ['another expectation', `GET /health/live HTTP/1.1\r\n${HEAD}Expect: a-miracle\r\n\r\n`, 417],
    ['no host', 'GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  ])('gets a problem body like any other, on the port for operators too: %s', async (_name, bytes, status) => {
    for (const url of [service.url, service.adminUrl]) {
      const answer = await sendRaw(url, bytes);
      expect(answer).toMatchObject({
        status,
        contentType: expect.stringContaining('application/problem+json') as string,
      });
      expect(JSON.parse(answer.body)).toMatchObject({
        status,
        type: expect.stringContaining('urn:webhooks:problem:') as string,
        request_id: answer.requestId ?? 'missing as a header',
      });
    }
  });

  it('changes nothing unless its beginning is a whole request, and never causes an internal failure', async () => {
    const metrics = await new ApiClient(service.adminUrl).request('GET', '/metrics');
    expect(metrics.text).toContain('\nwebhook_events_accepted_total 3\n');
    expect(service.logs.filter(({ level }) => level >= 40).map(({ msg }) => msg)).toEqual([
      expect.stringContaining('API_ACCESS is open'),
    ]);
  });
});
