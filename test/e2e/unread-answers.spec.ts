import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { UnreadClients } from '../support/unread-clients.js';

const FLOOD = { clients: 100, requests: 500 };
/** What the connections need, and garbage of V8. Responses that wait would take several times as much. */
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
  let clients: UnreadClients;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  beforeEach(async () => {
    clients = await UnreadClients.start(database, FLOOD);
  });

  afterEach(() => clients.stop());

  afterAll(() => database.drop());

  it.each(KINDS)('take little memory and no turn of another client with %s', async (_, request) => {
    expect(await clients.growthMb(request, () => clients.askLive())).toBeLessThan(MOST_MB);
  });
});
