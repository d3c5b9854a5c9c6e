import { bestOf, msOf } from '../support/best-of.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { UnreadClients } from '../support/unread-clients.js';

const FLOOD = { clients: 400, requests: 1500 };
/** What the connections need, and garbage of V8. Responses that wait would take several times as much. */
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
  ['a path that does not exist', get('/nothing')],
  ['a path that needs a key', get('/subscriptions')],
  [
    'a chunked body for a path that does not exist',
    'POST /nothing HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
  ],
  ['a request without Host', 'GET / HTTP/1.1\r\n\r\n'],
  ['something that is not HTTP', 'nonsense\r\n\r\n'],
];

describe('clients without a key that pipeline many requests and read no answer', () => {
  let database: TestDatabase;
  let clients: UnreadClients;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  beforeEach(async () => {
    clients = await UnreadClients.start(database, FLOOD);
  });

  afterEach(() => clients.stop());

  afterAll(() => database.drop());

  it.each(KINDS)('take little memory and no turn of another client with %s', async (name, request) => {
    const live = (): Promise<number> => msOf(() => clients.askLive());
    let liveMs = 0;
    const growthMb = await clients.growthMb(request, async () => {
      liveMs = Math.max(liveMs, await bestOf(LIVE_WITHIN_MS, live));
    });

    const figures = `${Math.round(growthMb)} MB more, /health/live within ${Math.round(liveMs)} ms`;
    process.stdout.write(`${name}: ${figures}\n`);

    expect(growthMb).toBeLessThan(MOST_MB);
    expect(liveMs).toBeLessThan(LIVE_WITHIN_MS);
  });
});
