import { makeToken } from '../../src/access/keys/make-token.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { UnreadClients } from '../support/unread-clients.js';

const MOST_MB = 100;

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
/** The dearest answer, one that queries PostgreSQL, and a refusal; test/long/unread-answers.spec.ts has more. */
const KINDS: readonly (readonly [string, string])[] = [
  ['/docs/swagger-ui-bundle.js', get('/docs/swagger-ui-bundle.js')],
  ['/health/ready', get('/health/ready')],
  ['a path that needs a key', get('/subscriptions')],
];

describe('clients without a key that pipeline many requests and read no answer', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let clients: UnreadClients;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  beforeEach(async () => {
    service = await startService({
      entry: 'main.api',
      settings: fastSettings(database, {
        API_ACCESS: 'keys',
        BOOTSTRAP_API_KEY: makeToken(),
        // V8 keeps up to 100 MB of garbage in any busy process. The heap is limited here, because only what is held
        // counts.
        NODE_OPTIONS: '--max-old-space-size=768 --max-semi-space-size=4',
      }),
    });
    clients = new UnreadClients(service);
  });

  afterEach(async () => {
    clients.leave();
    await service.stop();
  });

  afterAll(() => database.drop());

  it.each(KINDS)('take little memory and no turn of another client with %s', async (_, request) => {
    const growthMb = await clients.growthMb(request, async () => {
      expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    });

    expect(growthMb).toBeLessThan(MOST_MB);
  });
});
