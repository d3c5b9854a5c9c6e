import { ApiClient, type ProblemAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { openRaw, type RawAnswer } from '../support/raw-request.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const HEAD = 'POST /webhooks/a HTTP/1.1\r\nHost: localhost\r\n';
/** How many are served meanwhile, in less than the 5 s that slow requests may take. */
const SERVED = 11;
/** More than the buffers of a connection hold. */
const PAYLOAD = Buffer.alloc(16 * 1024 * 1024, 'x');

describe('clients that take too long, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({
      entry: 'main',
      settings: fastSettings(database, { REQUEST_TIMEOUT: '5', MAX_PAYLOAD_BYTES: String(PAYLOAD.length) }),
    });
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  /** Sends the beginning at once, then byte after byte until the other side closes. */
  async function trickle(beginning: string, rest: string): Promise<RawAnswer> {
    const { socket, answer } = await openRaw(service.url);
    socket.write(beginning);
    let sent = 0;
    const timer = setInterval(() => {
      if (socket.writable) socket.write(rest.charAt(sent % rest.length));
      sent += 1;
    }, 20);
    try {
      return await answer;
    } finally {
      clearInterval(timer);
    }
  }

  it('are cut off, whatever they are slow with, while others are served', async () => {
    const answers: RawAnswer[] = [];
    const slow = [
      trickle('', `${HEAD}X-Header: ${'y'.repeat(1000)}`),
      trickle(HEAD, 'X-Header: y\r\n'),
      trickle(`${HEAD}Content-Length: 1000\r\n\r\n`, 'x'),
      trickle(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, '1\r\nx\r\n'),
      trickle(`${HEAD}Content-Length: 1000\r\n\r\nand nothing more`, ''),
    ].map(async (each) => answers.push(await each));

    const api = new ApiClient(service.url);
    let served = 0;
    while (answers.length < slow.length && served < SERVED) {
      await api.broadcast('a', 'x');
      served += 1;
    }
    expect(served).toBe(SERVED);

    await Promise.all(slow);
    for (const { status, body } of answers) {
      expect(status).toBe(408);
      expect(JSON.parse(body) as ProblemAnswer).toMatchObject({ status: 408, code: 'request_timeout' });
    }
    expect(service.logs.filter(({ level }) => level >= 40).map(({ msg }) => msg)).toEqual([
      expect.stringContaining('API_ACCESS is open'),
    ]);
  });

  it('get no answer when they have asked for nothing: a pool that connects in advance would mistake it for its own', async () => {
    const { answer } = await openRaw(service.url);
    expect(await answer).toEqual({ status: null, contentType: null, requestId: null, body: '' });
  });

  it('are disconnected when they do not read their answer, even while they send', async () => {
    const { event_id: id } = await new ApiClient(service.url).broadcast('a', PAYLOAD, { 'content-type': 'text/plain' });
    const { socket, answer } = await openRaw(service.url);
    socket.pause();
    socket.write(`GET /events/${id}/payload HTTP/1.1\r\nHost: localhost\r\n\r\n`);

    // A socket that does not read learns of the close only by writing.
    const hasLearned = (): boolean => {
      socket.write('\r\n');
      return socket.destroyed;
    };
    await eventually(hasLearned, { until: Boolean });
    expect((await answer).body.length).toBeLessThan(PAYLOAD.length);
  });
});
