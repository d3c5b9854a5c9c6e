import { request } from 'node:http';
import type { Socket } from 'node:net';
import { makeToken } from '../../src/access/keys/make-token.js';
import { ApiClient, type ProblemAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { openRaw } from '../support/raw-request.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('who is let in, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => service.stop());
  afterAll(() => database.drop());

  it('takes no room from publishers as long as it is a stranger', async () => {
    const key = makeToken();
    const settings = { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: key, MAX_INGEST_REQUESTS: '1' };
    service = await startService({ entry: 'main.api', settings: fastSettings(database, settings) });
    const api = new ApiClient(service.url);
    const publish = (client: ApiClient) => client.request('POST', '/webhooks/a', { body: { n: 1 } });
    const begun: Socket[] = [];
    const begin = async (): Promise<void> => {
      const { socket } = await openRaw(service.url);
      begun.push(socket);
      socket.write(
        `POST /webhooks/a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${key}\r\nContent-Length: 9\r\n\r\n"hal`,
      );
    };
    // Whichever comes first has the room: the one that never ends must, and may need another try.
    const beginAndPublish = async () => {
      await begin();
      return publish(api.as(key));
    };

    const refused = await eventually(beginAndPublish, { until: ({ status }) => status !== 202 });
    expect(refused).toMatchObject({ status: 503, body: { code: 'overloaded' } });
    for (const stranger of [api, api.as(makeToken())]) expect(await publish(stranger)).toMatchObject({ status: 401 });

    for (const socket of begun) socket.destroy();
  });

  it('is nobody who came by the name of a foreign page, where no key is asked for', async () => {
    service = await startService({ entry: 'main', settings: fastSettings(database) });
    const { port } = new URL(service.url);
    const ask = (path: string, host: string): Promise<{ status: number; text: string }> =>
      new Promise((resolve, reject) => {
        const sent = request({ host: '127.0.0.1', port, path, headers: { host } }, (answer) => {
          answer.setEncoding('utf8');
          let text = '';
          answer.on('data', (chunk: string) => (text += chunk));
          answer.on('end', () => {
            resolve({ status: answer.statusCode ?? 0, text });
          });
        });
        sent.on('error', reject).end();
      });

    for (const host of ['rebound.example', `rebound.example:${port}`, 'localhost.example', '10.0.0.1', '::1']) {
      const { status, text } = await ask('/subscriptions', host);
      expect(status).toBe(403);
      expect(JSON.parse(text) as ProblemAnswer).toMatchObject({ code: 'foreign_host' });
    }
    for (const host of [
      `127.0.0.1:${port}`,
      '127.0.0.1',
      `localhost:${port}`,
      'LOCALHOST',
      'a.localhost',
      `[::1]:${port}`,
    ]) {
      expect(await ask('/subscriptions', host)).toMatchObject({ status: 200 });
    }
    expect(await ask('/health/ready', 'probe.example')).toMatchObject({ status: 200 });
  });
});
