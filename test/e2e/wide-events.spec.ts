import { makeToken } from '../../src/access/keys/make-token.js';
import { clientOf, createTenant } from '../support/access.js';
import { ApiClient, type BroadcastAnswer } from '../support/api-client.js';
import { cachedBytes } from '../support/cached-bytes.js';
import { eventually } from '../support/eventually.js';
import { aSubscription } from '../support/factories.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { FaultyRedis } from '../support/faulty-redis.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The most deliveries that an event may have. */
const MOST = 100_000;
const WIDE = 1000;
/** Written in dozens of pieces. */
const WIDER = 20_000;
const TYPES = 60;
const MB = 1_048_576;

/** test/long/wide-events.spec.ts covers the widest event of all, and its cost to others. */
describe('a tenant with very many subscriptions to one event, beside another tenant', () => {
  const bootstrapKey = makeToken();
  let database: TestDatabase;
  let redis: FaultyRedis;
  let service: ServiceProcess;
  let settings: Record<string, string>;
  let wide: ApiClient;
  let narrow: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    redis = await FaultyRedis.start();
    settings = {
      ...fastSettings(database, { ...PATIENT, API_ACCESS: 'keys', BOOTSTRAP_API_KEY: bootstrapKey }),
      // A busy machine may lose a wake-up: the due scan then replaces it.
      VISIBILITY_TIMEOUT: '60',
      REDIS_URL: redis.url,
      // The ids of this many types would take far more.
      NODE_OPTIONS: '--max-old-space-size=160',
    };
    service = await startService({ entry: 'main.api', settings });
    const admin = new ApiClient(service.url).as(bootstrapKey);
    for (const tenant of ['wide', 'narrow']) await createTenant(admin, tenant);
    wide = await clientOf(admin, 'wide', 'admin');
    narrow = await clientOf(admin, 'narrow', 'admin');
    await narrow.createSubscription(aSubscription({ event_types: ['a'] }));
  });

  afterAll(async () => {
    await service.stop();
    await redis.stop();
    await database.drop();
  });

  /** They have no secrets, because a secret inserted by SQL could not be opened. */
  const subscribe = async (count: number, targetUrl = 'https://1.1.1.1/'): Promise<void> => {
    await database.query(
      `insert into subscriptions (id, tenant_id, target_url, event_types, secrets, state, created_at, updated_at)
       select gen_random_uuid(), 'wide', $2, '{*}', '[]', 0, now(), now() from generate_series(1, $1)`,
      [count, targetUrl],
    );
  };
  const publish = (type: string): Promise<{ status: number; body: unknown }> =>
    wide.request('POST', `/webhooks/${type}`, { body: { n: 1 } });

  it('gets all of its deliveries delivered', async () => {
    const receiver = await ScriptedReceiver.start();
    await subscribe(WIDE, receiver.url('/'));
    const worker = await startService({ entry: 'main.worker', settings });
    try {
      const { status, body } = await publish('delivered');
      expect(status).toBe(202);
      const { event_id: eventId, deliveries } = body as BroadcastAnswer;
      expect(deliveries).toBe(WIDE);

      const arrived = (): number => new Set(receiver.requests.filter(({ webhookId }) => webhookId === eventId).map(({ deliveryId }) => deliveryId)).size; // prettier-ignore
      await eventually(arrived, { until: (count) => count === WIDE, timeoutMs: 120_000 });
    } finally {
      await worker.stop();
      await receiver.close();
    }
  });

  it('does not delay the events of the other', async () => {
    await subscribe(WIDER - WIDE);
    const over = new AbortController();
    const accepted = wide
      .expect<BroadcastAnswer>(202, 'POST', '/webhooks/everything', { body: { n: 1 } })
      .finally(() => {
        over.abort();
      });
    let meanwhile = 0;
    for (; !over.signal.aborted; meanwhile += 1) await narrow.expect(202, 'POST', '/webhooks/a', { body: { n: 1 } });

    expect(await accepted).toMatchObject({ deliveries: WIDER });
    // One event after another, each between two pieces of the wide one.
    expect(meanwhile).toBeGreaterThan(10);
  });

  it('is refused an event with too many deliveries, however many types it tries, and fills no memory', async () => {
    await subscribe(MOST + 1 - WIDER);
    // Earlier look-ups are cached for some seconds.
    await eventually(() => publish('everything'), { until: ({ status }) => status === 422 });

    const types = Array.from({ length: TYPES }, (_, n) => `type.${n}`).values();
    const statuses = new Set<number>();
    const publisher = async (): Promise<void> => {
      for (const type of types) statuses.add((await publish(type)).status);
    };
    await Promise.all(Array.from({ length: 20 }, publisher));

    // Some may be refused because too many look-ups run at once.
    expect([...statuses].filter((status) => status !== 503)).toEqual([422]);
    expect(service.hasEnded).toBe(false);
    expect(await cachedBytes(redis)).toBeLessThan(4 * MB);
    await narrow.expect(202, 'POST', '/webhooks/a', { body: { n: 1 } });
  });
});
