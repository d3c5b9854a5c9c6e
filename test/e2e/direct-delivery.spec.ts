import { Redis } from 'ioredis';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { metricsIn } from '../support/exposition.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { hang, respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testRedisUrl } from '../support/test-redis.js';

describe('API and worker in one process, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let settings: Record<string, string>;
  let service: ServiceProcess;
  let api: ApiClient;
  let redis: Redis;

  beforeAll(() => {
    redis = new Redis(testRedisUrl());
  });

  beforeEach(async () => {
    database = await createTestDatabase();
    settings = fastSettings(database, {
      ...PATIENT,
      REDIS_URL: testRedisUrl(),
      LEASE_GRACE: '1',
      WEBHOOK_TIMEOUT: '3',
    });
    receiver = await ScriptedReceiver.start();
    await start();
  });

  afterEach(async () => {
    await service.kill();
    await receiver.close();
    await database.drop();
  });

  afterAll(() => {
    redis.disconnect();
  });

  const start = async (): Promise<void> => {
    service = await startService({ entry: 'main', settings });
    api = new ApiClient(service.url);
  };
  const subscribe = async (path = '/hook') =>
    api.createSubscription({ target_url: receiver.url(path), event_type: 'order.created' });
  /** Deliveries sent without the queue, and jobs that were ever added to it. */
  const ways = async (): Promise<{ handedOver: number; jobs: number }> => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const handedOver = metricsIn(text).get('webhook_deliveries_handed_over_total')!.samples;
    const jobs = await redis.get(`${settings['QUEUE_PREFIX']}:deliveries:id`);
    return { handedOver: handedOver.get('webhook_deliveries_handed_over_total')!, jobs: Number(jobs) };
  };

  it('send accepted deliveries without the queue, and retry those that fail', async () => {
    receiver.script('/fails', respond(500), respond(200));
    const [sound, failing] = [await subscribe(), await subscribe('/fails')];
    for (const { id } of [sound, failing]) {
      const { task_id: task } = await api.publish(id, { n: 1 });
      expect((await api.untilFinal(task)).status).toBe('delivered');
    }
    expect(receiver.requests.map(({ path, attempt }) => `${path} ${attempt}`)).toEqual([
      '/hook 1',
      '/fails 1',
      '/fails 2',
    ]);
    expect(await ways()).toEqual({ handedOver: 2, jobs: 0 });
  });

  it('send each delivery of a burst once, whichever way it takes', async () => {
    const { id } = await subscribe();
    const published = await Promise.all(Array.from({ length: 300 }, (_, n) => api.publish(id, { n })));
    for (const { task_id: task } of published) expect((await api.untilFinal(task)).status).toBe('delivered');
    expect(new Set(receiver.requests.map(({ deliveryId }) => deliveryId)).size).toBe(300);
    expect(receiver.requests).toHaveLength(300);
    expect((await ways()).handedOver).toBeGreaterThan(0);
  });

  it('send a delivery only once when it is published twice under one key', async () => {
    const { id } = await subscribe();
    const publish = (): Promise<{ task_id: string }> => api.publish(id, { n: 1 }, { 'idempotency-key': 'once' });
    const first = await publish();
    const second = await publish();
    expect(second.task_id).toBe(first.task_id);
    await api.untilFinal(first.task_id);
    expect(receiver.requests).toHaveLength(1);
  });

  it('obey at once when a subscription is paused, resumed and deleted', async () => {
    const { id } = await subscribe();
    await api.untilFinal((await api.publish(id, { n: 1 })).task_id);

    await api.request('PATCH', `/subscriptions/${id}`, { body: { state: 'paused' } });
    const paused = await api.publish(id, { n: 2 });
    const parked = () => database.query('select from open_deliveries where parked_at is not null');
    await eventually(parked, { until: ({ length }) => length === 1 });
    expect(receiver.requests).toHaveLength(1);

    await api.request('PATCH', `/subscriptions/${id}`, { body: { state: 'active' } });
    expect((await api.untilFinal(paused.task_id)).status).toBe('delivered');

    await api.request('PATCH', `/subscriptions/${id}`, { body: { state: 'paused' } });
    const last = await api.publish(id, { n: 3 });
    await api.request('DELETE', `/subscriptions/${id}`);
    expect((await api.untilFinal(last.task_id)).status).toBe('cancelled');
    expect(receiver.requests).toHaveLength(2);
  });

  it('obey a pause at once, however busy the receiver is', async () => {
    const { id } = await subscribe();
    for (let n = 0; n < 4; n += 1) await api.untilFinal((await api.publish(id, { n })).task_id);
    const answers: (() => void)[] = [];
    receiver.script('/hook', (response) => {
      answers.push(() => response.end());
    });
    await Promise.all(Array.from({ length: 40 }, (_, n) => api.publish(id, { n })));
    await eventually(() => answers, { until: ({ length }) => length > 0 });

    await api.request('PATCH', `/subscriptions/${id}`, { body: { state: 'paused' } });
    const inFlight = () => database.query('select from open_deliveries where state = 1');
    const sent = (await inFlight()).length;
    await eventually(() => answers, { until: ({ length }) => length >= sent });
    for (const answer of answers) answer();
    await eventually(() => database.query('select from open_deliveries where parked_at is null'), {
      until: ({ length }) => length === 0,
    });
    expect(answers).toHaveLength(sent);
  });

  it('send again what was in flight when the process was killed', async () => {
    receiver.script('/hook', ...Array.from({ length: 8 }, () => hang()), respond(200));
    const { id } = await subscribe();
    const published = await Promise.all(Array.from({ length: 20 }, (_, n) => api.publish(id, { n })));
    await eventually(() => receiver.requests, { until: ({ length }) => length > 0 });

    await service.kill();
    receiver.script('/hook', respond(200));
    await start();

    for (const { task_id: task } of published) expect((await api.untilFinal(task)).status).toBe('delivered');
    const attempts = receiver.requests.map(({ deliveryId, attempt }) => `${deliveryId} ${attempt}`);
    expect(new Set(attempts).size).toBe(attempts.length);
  });
});
