import { ApiClient, type ProblemAnswer } from '../support/api-client.js';
import { fingerprint } from '../support/database-fingerprint.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings } from '../support/fast-settings.js';
import { makeToken } from '../support/make-token.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import type { Mistake } from './mistakes/mistake.js';
import { PUBLISHING } from './mistakes/publishing.js';
import { READING } from './mistakes/reading.js';
import { REPLAYING } from './mistakes/replaying.js';
import { SEARCHING } from './mistakes/searching.js';
import { SUBSCRIBING } from './mistakes/subscribing.js';

const ALL = [...PUBLISHING, ...SUBSCRIBING, ...READING, ...SEARCHING, ...REPLAYING];

describe('the mistakes of a new developer, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let clients: Readonly<Record<'an admin' | 'a publisher' | 'nobody', ApiClient>>;
  /** What the words in braces stand for. */
  let ids: Readonly<Record<string, string>>;
  let before: Record<string, string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    const key = makeToken();
    const access = { API_ACCESS: 'keys', BOOTSTRAP_API_KEY: key, ALLOWED_TARGET_CIDRS: '' };
    // No worker: deliveries stay as they are.
    const settings = fastSettings(database, { ...access, MAX_PAYLOAD_BYTES: '2048' });
    service = await startService({ entry: 'main.api', settings });
    const nobody = new ApiClient(service.url, { validate: false });
    const admin = nobody.as(key);
    const publisher = await admin.expect<{ key: string }>(201, 'POST', '/keys', {
      body: { role: 'publisher', tenant_id: 'default' },
    });
    clients = { 'an admin': admin, 'a publisher': nobody.as(publisher.key), nobody };
    ids = await world(admin);
    before = await fingerprint(database);
  });

  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  /** Subscriptions and deliveries to make mistakes with. */
  async function world(admin: ApiClient): Promise<Record<string, string>> {
    const off = await admin.createSubscription(aSubscription());
    await database.query('update subscriptions set state = 2');
    const sub = await admin.createSubscription(aSubscription({ event_types: ['order.created', 'order.paid'] }));
    const signed = await admin.createSubscription(aSubscription({ verify_ingest: true, event_type: 'user.created' }));
    const publish = () => admin.publish(sub.id, { order: 42 }, { 'x-event-type': 'order.created' });
    const { task_id: dlv } = await publish();
    const { task_id: done } = await publish();
    await admin.expect(200, 'POST', `/deliveries/${done}/cancel`);
    const headers = { 'idempotency-key': 'order-42', 'content-type': 'application/json' };
    await admin.expect(202, 'POST', '/webhooks/order.created', { headers, body: '{"order":42}' });
    return { off: off.id, sub: sub.id, signed: signed.id, dlv, done };
  }

  const filled = (text: string): string => text.replaceAll(/\{(\w+)\}/g, (word, name: string) => ids[name] ?? word);

  it('are at least 69, each of another kind', () => {
    expect(ALL.length).toBeGreaterThanOrEqual(69);
    expect(new Set(ALL.map(({ title }) => title)).size).toBe(ALL.length);
  });

  it.each(ALL.map((mistake) => [mistake.title, mistake] as const))(
    'are answered with what to change: %s',
    async (_title, { request, headers = {}, body, as, answer, says, names }: Mistake) => {
      const [method = '', path = ''] = filled(request).split(' ');
      const sent = typeof body === 'string' ? filled(body) : body;

      const response = await clients[as ?? 'an admin'].request(method, path, {
        headers,
        ...(sent !== undefined && { body: sent }),
      });

      const problem = response.body as ProblemAnswer;
      expect([`${response.status} ${problem.code}`, problem.detail]).toEqual([answer, filled(says)]);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(response.headers.get('x-request-id')).toBe((problem as ProblemAnswer & { request_id: string }).request_id);
      // What the text says of each field, the list says for programs.
      if (problem.code === 'invalid_input') {
        const texts = problem.errors!.map(
          ({ pointer, detail }) => `${pointer === '' ? 'the body' : pointer} ${detail}`,
        );
        expect(texts.join('; ')).toBe(problem.detail);
      }
      if (names !== undefined) expect(problem.errors!.map(({ pointer }) => pointer)).toEqual(names);
      if (response.status === 405) expect(response.headers.get('allow')).toMatch(/\b(GET|POST)\b/);
    },
  );

  it('change nothing, and never count as failures of the service', async () => {
    expect(await fingerprint(database)).toEqual(before);
    expect(service.logs.filter(({ level }) => level >= 40)).toEqual([]);
  });
});
