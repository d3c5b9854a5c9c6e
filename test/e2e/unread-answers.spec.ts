import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { makeToken } from '../../src/access/keys/make-token.js';
import { bestOf, msOf } from '../support/best-of.js';
import { eventually } from '../support/eventually.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const CLIENTS = 400;
const REQUESTS = 1500;
/** How long the clients go on, in milliseconds. */
const LOAD_MS = 3000;
const MOST_MB = 100;
const LIVE_WITHIN_MS = 1000;

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const KINDS: readonly (readonly [string, string])[] = [
  ['/openapi.json', get('/openapi.json')],
  ['/docs', get('/docs')],
  ['/docs/swagger-ui-bundle.js', get('/docs/swagger-ui-bundle.js')],
  ['/metrics', get('/metrics')],
  ['/health', get('/health')],
  ['/health/ready', get('/health/ready')],
  ['/health/live', get('/health/live')],
  ['a path that there is not', get('/nothing')],
  ['a path that needs a key', get('/subscriptions')],
  [
    'a chunked body for nobody',
    'POST /nothing HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
  ],
  ['a request without Host', 'GET / HTTP/1.1\r\n\r\n'],
  ['what is no HTTP', 'nonsense\r\n\r\n'],
];

describe('clients without a key that send many requests in one go and read no answer', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  const clients: Socket[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  beforeEach(async () => {
    service = await startService({
      entry: 'main.api',
      settings: fastSettings(database, {
        API_ACCESS: 'keys',
        BOOTSTRAP_API_KEY: makeToken(),
        // V8 keeps up to 100 MB for the garbage of any busy process, so here it is held to less: what counts is what is
        // held.
        NODE_OPTIONS: '--max-old-space-size=768 --max-semi-space-size=4',
      }),
    });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await service.stop();
  });

  afterAll(() => database.drop());

  function residentMb(): number {
    const status = readFileSync(`/proc/${service.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)![1]) / 1024;
  }

  async function open(): Promise<Socket> {
    const client = connect(Number(new URL(service.url).port), '127.0.0.1');
    client.on('error', () => undefined);
    await once(client, 'connect');
    return client;
  }

  async function ask(request: string): Promise<void> {
    const client = await open();
    client.write(request);
    await once(client, 'data');
    client.destroy();
  }

  it.each(KINDS)(`take little memory and nobody's turn with %s`, async (name, request) => {
    await ask(request);
    const idleMb = residentMb();
    const requests = Buffer.from(request.repeat(REQUESTS));
    for (let opened = 0; opened < CLIENTS; opened += 1) clients.push(await open());
    for (const client of clients) client.pause().write(requests);

    const live = () => msOf(async () => (await fetch(`${service.url}/health/live`)).text());
    const beganMs = performance.now();
    let mostMb = 0;
    let liveMs = 0;
    const probe = async (): Promise<number> => {
      liveMs = Math.max(liveMs, await bestOf(LIVE_WITHIN_MS, live));
      mostMb = Math.max(mostMb, residentMb());
      return performance.now() - beganMs;
    };
    await eventually(probe, { until: (ms) => ms > LOAD_MS });

    const figures = `${Math.round(mostMb - idleMb)} MB more, /health/live within ${Math.round(liveMs)} ms`;
    process.stdout.write(`${name}: ${figures}\n`);

    expect(mostMb - idleMb).toBeLessThan(MOST_MB);
    expect(liveMs).toBeLessThan(LIVE_WITHIN_MS);
  });
});
