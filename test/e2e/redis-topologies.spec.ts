import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { metricOf } from '../support/metric-of.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { WatchedRedis } from '../support/redis-sentinel.js';
import { ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('more than one Redis', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let services: ServiceProcess[];

  beforeEach(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    services = [];
  });

  afterEach(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await receiver.close();
    await database.drop();
  });

  const start = async (settings: Record<string, string>): Promise<ApiClient> => {
    const given = fastSettings(database, { ...PATIENT, ...settings });
    const api = await startService({ entry: 'main.api', settings: given });
    services.push(api, await startService({ entry: 'main.worker', settings: given }));
    return new ApiClient(api.url);
  };
  const subscribe = (api: ApiClient) =>
    api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'order.created' });
  const delivered = async (count: number): Promise<void> => {
    await eventually(
      () => new Set(receiver.requestsTo('/hook').map(({ headers }) => headers['x-webhook-delivery'])).size,
      {
        until: (size) => size === count,
        timeoutMs: 40_000,
      },
    );
  };
  const lostWakeUps = (): Promise<number> => metricOf(services[0]!, 'webhook_wake_ups_lost_total');

  it('may form a Cluster: three queues live on three nodes, and changed subscriptions are seen at once', async () => {
    const cluster = await RedisCluster.start(3);
    try {
      // Within this test, neither a scan nor a visibility timeout would deliver what the queues lose.
      // The prefix decides which nodes the queues fall on: with the default, each of three even nodes has one.
      const settings = { REDIS_URL: cluster.url, QUEUE_SHARDS: '3', QUEUE_PREFIX: 'webhooks' };
      const api = await start({ ...settings, VISIBILITY_TIMEOUT: '300' });
      const { id } = await subscribe(api);
      // The service was ready before it had found all nodes.
      await eventually(() => api.request('GET', '/health/ready'), {
        until: ({ body }) => (body as { status: string }).status === 'ok',
      });
      for (let n = 0; n < 60; n += 1) await api.publish(id, { n });
      await delivered(60);
      expect(await lostWakeUps()).toBe(0);
      const queuesOf = (keys: string[]): number => keys.filter((key) => key.endsWith(':id')).length;
      expect((await cluster.keys()).map(queuesOf)).toEqual([1, 1, 1]);

      await api.request('PATCH', `/subscriptions/${id}`, { body: { event_types: ['order.changed'] } });
      const refused = await api.request('POST', `/ingest/${id}`, {
        body: { n: 1 },
        headers: { 'x-event-type': 'order.created' },
      });
      expect(refused.status).toBe(422);
    } finally {
      await Promise.all(services.map((service) => service.stop()));
      await cluster.stop();
    }
  });

  it('may be a master that Sentinels replace under load, and each event is delivered exactly once', async () => {
    const redis = await WatchedRedis.start();
    try {
      const api = await start({ REDIS_URL: redis.url });
      const { id } = await subscribe(api);
      const accepted: string[] = [];
      const publish = async (count: number): Promise<void> => {
        for (let n = 0; n < count; n += 1) accepted.push((await api.publish(id, { n })).event_id);
      };
      await publish(50);
      await delivered(accepted.length);

      const before = accepted.length;
      redis.killMaster();
      const over = new AbortController();
      const replaced = redis.untilReplaced().finally(() => {
        over.abort();
      });
      // The load continues until there is a new master, and beyond.
      do await publish(10);
      while (!over.signal.aborted);
      await replaced;
      const meanwhile = accepted.length - before;
      await publish(100);

      // The new master carries jobs again.
      await eventually(async () => {
        const before = await lostWakeUps();
        await publish(5);
        await delivered(accepted.length);
        return (await lostWakeUps()) - before;
      }, { until: (lost) => lost === 0, timeoutMs: 20_000, intervalMs: 200 }); // prettier-ignore
      // Nothing is open, so nothing can be sent once more.
      await eventually(() => database.query('select id from open_deliveries'), {
        until: (open) => open.length === 0,
        timeoutMs: 20_000,
      });

      const received = receiver.requestsTo('/hook').map(({ webhookId }) => webhookId);
      const duplicates = received.length - new Set(received).size;
      // oxlint-disable-next-line no-console
      console.log(
        `sentinel: ${accepted.length} accepted, ${meanwhile} of them without a master; ${new Set(received).size} delivered, ` +
          `${duplicates} duplicates`,
      );
      expect(received.toSorted()).toEqual(accepted.toSorted());
    } finally {
      await Promise.all(services.map((service) => service.stop()));
      await redis.stop();
    }
  });

  it('delays no start, whatever it is, if it does not answer', async () => {
    for (const url of ['redis://127.0.0.1:1', 'redis+sentinel://127.0.0.1:1/queue', 'redis+cluster://127.0.0.1:1']) {
      const service = await startService({ entry: 'main', settings: fastSettings(database, { REDIS_URL: url }) });
      expect(await service.stop()).toBe(0);
    }
  });

  it('that forms a Cluster is not accepted without its password', async () => {
    const cluster = await RedisCluster.start(1);
    try {
      await cluster.requirePassword('the-password');
      const settings = fastSettings(database, { REDIS_URL: cluster.url });

      const failure = await startService({ entry: 'main', settings }).then(String, String);

      expect(failure).toContain('Redis refuses what REDIS_URL asks for: NOAUTH');
    } finally {
      await cluster.stop();
    }
  });
});
