import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { makeToken } from '../support/make-token.js';
import { clientOf, createKey, createTenant } from '../support/access.js';
import { ApiClient } from '../support/api-client.js';
import { fastSettings } from '../support/fast-settings.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const MIB = 1_048_576;
const PUBLISHED = 30;
/** When all take turns, each connection of the greedy tenant is served once before, and some are served again. */
const MOST_TURNS = 4;
/** A pause of the machine delays only some of so many calls. */
const MOST_CALLS = 10;

describe('a tenant that asks for much, beside another tenant, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let greedyKey: string;
  let greedy: ApiClient;
  let other: ApiClient;
  const clients = new Set<Socket>();
  /** Answers to the repeated requests of the greedy tenant. */
  let greedyAnswers = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    const bootstrapKey = makeToken();
    service = await startService({
      entry: 'main',
      settings: fastSettings(database, {
        API_ACCESS: 'keys',
        BOOTSTRAP_API_KEY: bootstrapKey,
        DATABASE_POOL_SIZE: '10',
        // Whoever had to wait for a slow request would wait for longer than a test may take.
        REQUEST_TIMEOUT: '600',
      }),
    });
    const admin = new ApiClient(service.url).as(bootstrapKey);
    await createTenant(admin, 'greedy');
    await createTenant(admin, 'other');
    greedyKey = (await createKey(admin, { role: 'admin', tenant_id: 'greedy' })).key;
    greedy = admin.as(greedyKey);
    other = await clientOf(admin, 'other', 'admin');
  });

  afterEach(() => {
    for (const client of clients) client.destroy();
    clients.clear();
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  async function open(): Promise<Socket> {
    const client = connect(Number(new URL(service.url).port), '127.0.0.1');
    clients.add(client);
    client.on('error', () => undefined);
    await once(client, 'connect');
    return client;
  }

  const head = (method: string, path: string, rest = ''): string =>
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${greedyKey}\r\n${rest}\r\n`;

  /** Begins that many requests, which never complete. */
  async function begin(count: number, length: number, beginning: string): Promise<void> {
    for (let begun = 0; begun < count; begun += 1) {
      (await open()).resume().write(head('POST', '/webhooks/a', `Content-Length: ${length}\r\n`) + beginning);
    }
  }

  /** Keeps asking on that many connections, each as soon as it is answered, until the test ends. */
  async function keepAsking(connections: number, request: string): Promise<void> {
    for (let opened = 0; opened < connections; opened += 1) {
      const client = await open();
      client
        .on('data', () => {
          greedyAnswers += 1;
          client.write(request);
        })
        .write(request);
    }
  }

  /**
   * Makes up to ten calls in sequence, until one is answered before the greedy tenant has got that many answers.
   *
   * @returns the number of answers that the greedy tenant got during the last call
   */
  async function overtakenBy(enough: number, call: () => Promise<unknown>): Promise<number> {
    let answers = Infinity;
    for (let called = 0; called < MOST_CALLS && answers >= enough; called += 1) {
      const before = greedyAnswers;
      await call();
      answers = greedyAnswers - before;
    }
    return answers;
  }

  it.each([
    ['announces bodies and sends one byte of each', 70, MIB, 'x'],
    ['sends tiny bodies slowly', 1010, 2, 'x'],
    ['sends large bodies that never complete', 100, MIB, 'x'.repeat(MIB - 1)],
  ])('leaves every publish of others accepted while it %s', async (_, count, length, beginning) => {
    await begin(count, length, beginning);

    for (let published = 0; published < PUBLISHED; published += 1) await other.broadcast('a', { n: published });
  });

  it('can publish while others of its own requests are slow', async () => {
    await begin(1010, 2, 'x');

    expect((await greedy.broadcast('a', {})).deliveries).toBe(0);
  });

  async function answersOf(path: string): Promise<number[]> {
    const answers = await Promise.all([1, 2, 3].map(() => other.request('GET', path)));
    return [...new Set(answers.map(({ status }) => status))];
  }

  it.each([
    ['searches', '/deliveries?event_type=a'],
    ['reads the ledger', '/ledger'],
    ['verifies the ledger', '/ledger?verify=true'],
    ['reads statistics', '/stats?group_by=subscription'],
    ['reads one thing', '/subscriptions/sub_01k6zv1yqpe7rtqq6zjy200000'],
    ['lists', '/subscriptions'],
    ['reads the audit log', '/audit'],
  ])('leaves every read of others accepted when it %s on many connections', async (_, path) => {
    await keepAsking(60, head('GET', path));

    for (const read of ['/deliveries', '/subscriptions', '/audit', '/ledger', '/stats', path]) {
      expect(await answersOf(read)).toEqual([read.includes('sub_') ? 404 : 200]);
    }
  });

  it('does not delay the changes and reads of others while many of its own wait for one row', async () => {
    const { id } = await greedy.createSubscription({ target_url: 'http://127.0.0.1:4321/', event_type: 'b' });
    const body = '{"description":"x"}';
    const patch = head(
      'PATCH',
      `/subscriptions/${id}`,
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`,
    );
    const connections = 100;
    await keepAsking(connections, patch + body);
    const call = () => other.createSubscription({ target_url: 'http://127.0.0.1:4321/', event_type: 'b' });

    expect(await overtakenBy(connections, call)).toBeLessThan(connections);
    expect(await answersOf('/subscriptions')).toEqual([200]);
  });

  it.each(['/metrics', '/health', '/health/ready'])(
    'that asks for %s without a key, on 800 connections, leaves the others their turn',
    async (path) => {
      const connections = 800;
      await keepAsking(connections, head('GET', path));

      const most = MOST_TURNS * connections;
      expect(await overtakenBy(most, () => other.broadcast('a', {}))).toBeLessThan(most);
      expect(await overtakenBy(most, () => other.request('GET', '/subscriptions'))).toBeLessThan(most);
    },
  );
});
