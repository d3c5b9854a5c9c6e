import { Redis } from 'ioredis';
import { ApiClient, type BroadcastAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { openRaw } from '../support/raw-request.js';
import { hang, respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { verifyWebhook } from '../support/standard-webhooks.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';
import { testRedisUrl } from '../support/test-redis.js';

describe('API and worker as separate processes, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  let settings: Record<string, string>;
  /** The process that all tests share; any other ends with the test that started it. */
  let apiProcess: ServiceProcess;
  let api: ApiClient;
  const running: ServiceProcess[] = [];

  beforeAll(async () => {
    database = await createEmptyDatabase();
    settings = fastSettings(database, PATIENT);
    apiProcess = await startService({ entry: 'main.api', settings });
    api = apiOf(apiProcess);
  });

  beforeEach(async () => {
    receiver = await ScriptedReceiver.start();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.kill()));
    await receiver.close();
  });

  afterAll(async () => {
    await apiProcess.stop();
    await database.drop();
  });

  const start = async (entry: 'main' | 'main.api' | 'main.worker', more: Record<string, string> = {}) => {
    const service = await startService({ entry, settings: { ...settings, ...more } });
    running.push(service);
    return service;
  };
  const apiOf = ({ url }: ServiceProcess): ApiClient => new ApiClient(url);

  it('deliver what the API accepted through the worker, with retries', async () => {
    await start('main.worker');
    receiver.script('/hook', respond(500), respond(500), respond(200));
    const { id, secret } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });

    const delivery = await api.untilFinal((await api.publish(id, { n: 1 })).task_id);

    expect(delivery).toMatchObject({ status: 'delivered', attempt_count: 3 });
    expect(verifyWebhook(secret, receiver.requestsTo('/hook')[2]!)).toEqual({ n: 1 });
  });

  it('serve nothing but health and metrics from a worker', async () => {
    const worker = await start('main.worker');

    expect((await fetch(`${worker.url}/health/ready`)).status).toBe(200);
    expect(await (await fetch(`${worker.url}/metrics`)).text()).toContain('webhook_attempts_total');
    for (const path of ['/subscriptions', '/docs', '/openapi.json', '/deliveries']) {
      expect((await fetch(worker.url + path)).status).toBe(404);
    }
  });

  it('lose nothing when Redis is flushed while deliveries wait', async () => {
    const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });
    const published = await Promise.all(Array.from({ length: 200 }, (_, n) => api.publish(id, { n })));
    const redis = new Redis(testRedisUrl());
    const prefix = `${settings['QUEUE_PREFIX']}:`;
    const waiting = await eventually(() => redis.keys(`${prefix}deliveries:*`), { until: ({ length }) => length > 0 });

    await redis.del(...waiting);
    redis.disconnect();
    await start('main.worker');

    for (const { task_id: taskId } of published) {
      expect((await api.untilFinal(taskId, 20_000)).status).toBe('delivered');
    }
    expect(receiver.requestsTo('/hook')).toHaveLength(200);
  });

  it('redeliver what a killed worker had in flight, as the next attempt', async () => {
    receiver.script('/hook', hang(), respond(200));
    const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });
    const lease = { WEBHOOK_TIMEOUT: '5', LEASE_GRACE: '2' };
    const first = await start('main.worker', lease);
    const { task_id: taskId } = await api.publish(id, { n: 1 });
    await eventually(() => receiver.requestsTo('/hook'), { until: ({ length }) => length === 1 });

    await first.kill();
    await start('main.worker', lease);

    const delivery = await api.untilFinal(taskId, 20_000);
    expect(delivery).toMatchObject({ status: 'delivered', attempt_count: 2 });
    expect(delivery.attempts.map(({ error }) => error?.code ?? null)).toEqual(['abandoned', null]);
  });

  it('send each delivery of an event once, with two workers', async () => {
    await Promise.all([start('main.worker'), start('main.worker')]);
    const targets = Array.from({ length: 120 }, (_, n) => `/hook-${n}`);
    for (const path of targets) await api.createSubscription({ target_url: receiver.url(path), event_type: 'wide' });

    const answer = (await api.broadcast('wide', { n: 1 })) satisfies BroadcastAnswer;

    expect(answer.deliveries).toBe(120);
    await eventually(() => receiver.requests, { until: ({ length }) => length === 120 });
    const event = (await api.request('GET', `/status/${answer.event_id}`)).body as { deliveries_url: string };
    const all = async () =>
      (await api.request('GET', `${event.deliveries_url}&limit=200`)).body as { data: { status: string }[] };
    const page = await eventually(all, { until: ({ data }) => data.every(({ status }) => status === 'delivered') });
    expect(page.data).toHaveLength(120);
    expect(receiver.requests).toHaveLength(120);
  });

  it('announce a changed subscription to every API process long before its cached value expires', async () => {
    const [one, other] = [api, apiOf(await start('main.api', { SUBSCRIPTION_CACHE_TTL: '60' }))];
    const { id } = await one.createSubscription({ target_url: receiver.url('/hook'), event_type: 'before' });
    await other.publish(id, { n: 1 }, { 'x-event-type': 'before' });
    await one.publish(id, { n: 1 }, { 'x-event-type': 'before' });

    await one.request('PUT', `/subscriptions/${id}`, {
      body: { target_url: receiver.url('/hook'), event_type: 'after' },
    });

    const publish = () => other.request('POST', `/ingest/${id}`, { body: {}, headers: { 'x-event-type': 'after' } });
    await eventually(publish, { until: ({ status }) => status === 202 });
  });

  it('finish what is in flight on SIGTERM, report that they are not ready, and exit with 0', async () => {
    const worker = await start('main.worker', { WEBHOOK_TIMEOUT: '5' });
    let answer: () => void = () => undefined;
    receiver.script('/hook', (response) => (answer = () => response.end()));
    const { id } = await api.createSubscription({ target_url: receiver.url('/hook'), event_type: 'a' });
    const { task_id: taskId } = await api.publish(id, { n: 1 });
    await eventually(() => receiver.requests, { until: ({ length }) => length === 1 });

    worker.signal('SIGTERM');
    await eventually(() => fetch(`${worker.url}/health/ready`), { until: ({ status }) => status === 503 });
    answer();

    expect(await worker.exited).toBe(0);
    expect(await api.status(taskId)).toMatchObject({ status: 'delivered', attempt_count: 1 });
  });

  it('leave what outlasts the shutdown to the lease, and count no attempt for it', async () => {
    receiver.script('/hook', hang(), respond(200));
    const { id } = await api.createSubscription({
      target_url: receiver.url('/hook'),
      event_type: 'a',
      timeout: 6,
      retry: { max_attempts: 1 },
    });
    const hasty = { LEASE_GRACE: '2', SHUTDOWN_TIMEOUT: '1' };
    const first = await start('main.worker', hasty);
    const { task_id: taskId } = await api.publish(id, { n: 1 });
    await eventually(() => receiver.requests, { until: ({ length }) => length === 1 });

    expect(await first.stop()).toBe(0);
    expect(first.logs.filter(({ msg }) => msg === 'shutdown.left_in_flight')).toMatchObject([{ deliveries: 1 }]);
    expect(await api.status(taskId)).toMatchObject({ status: 'in_flight', attempts: [] });
    expect(first.logs.filter(({ level }) => level >= 50)).toEqual([]);
    await start('main.worker', hasty);
    const delivery = await api.untilFinal(taskId);
    expect(delivery).toMatchObject({ status: 'delivered', max_attempts: 1 });
    expect(delivery.attempts.map(({ error }) => error?.code ?? null)).toEqual(['abandoned', null]);
  });

  it('shut down without waiting for clients that ask for nothing or never finish asking', async () => {
    const service = await start('main', { ADMIN_PORT: '0', SHUTDOWN_TIMEOUT: '3' });
    for (const url of [service.url, service.adminUrl]) {
      await openRaw(url);
      const { socket } = await openRaw(url);
      socket.write('GET /health HTTP/1.1\r\n');
    }
    const { socket } = await openRaw(service.url);
    socket.write('POST /webhooks/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{');

    expect(await service.stop()).toBe(0);
    expect(service.logs.filter(({ msg }) => msg === 'shutdown.left_unanswered')).toMatchObject([{ requests: 1 }]);
  });

  it('start as three processes at once on an empty database', async () => {
    const empty = await createEmptyDatabase();
    const onEmpty = { DATABASE_URL: empty.url };
    const started = await Promise.all(
      (['main', 'main.api', 'main.worker'] as const).map((entry) => start(entry, onEmpty)),
    );

    expect(started.every(({ hasEnded }) => !hasEnded)).toBe(true);
    await Promise.all(started.map((service) => service.stop()));
    await empty.drop();
  });
});
