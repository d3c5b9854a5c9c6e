import { createHash } from 'node:crypto';
import { ApiClient, type HealthAnswer, type PageAnswer, type SubscriptionAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { fastSettings, PATIENT } from '../support/fast-settings.js';
import { hang, respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface RevivalAnswer {
  readonly disabled_reason: string;
  readonly held: number;
  readonly replay: object;
  readonly summary: string;
}

/** SQL of the id of the subscription with the target $1. */
const ID = '(select id from subscriptions where target_url = $1)';

describe('the health of a subscription, with real PostgreSQL, Redis and receivers', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let receiver: ScriptedReceiver;
  let api: ApiClient;

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    // A minute and a half of failures disable a subscription, and every second is looked for some.
    const settings = fastSettings(database, { ...PATIENT, DISABLE_AFTER_DAYS: '0.001' });
    service = await startService({ entry: 'main', settings });
    api = new ApiClient(service.url);
  });

  afterAll(async () => {
    await service.stop();
    await receiver.close();
    await database.drop();
  });

  /** Stores what reviews would know of a subscription after failures of this many seconds. */
  const haveFailed = (targetUrl: string, seconds: number) =>
    database.query(
      `insert into failing_subscriptions (subscription_id, tenant_id, failing_since, last_failed_at, failures,
         last_status_code, last_error_code, target_digest, is_announced, counted_from, counted_to, counted_failures,
         counted_hours, stage)
       values (${ID}, 'default', date_trunc('minute', now()) - interval '5 days', date_trunc('minute', now()), 40, 503,
         'bad_status', $2, true, 0, $3, 40, 1, 3)`,
      [targetUrl, createHash('sha256').update(targetUrl).digest('base64url'), seconds],
    );
  const parked = (targetUrl: string) =>
    database.query(`select from open_deliveries where subscription_id = ${ID} and parked_at is not null`, [targetUrl]);

  it('ends in an automatic disabling that holds what waits, until it is revived', async () => {
    const url = receiver.url('/down');
    receiver.script('/down', respond(503));
    const retry = { max_attempts: 9, initial_interval: 3, max_interval: 3 };
    const { id } = await api.createSubscription({ target_url: url, event_type: 'a', retry });
    const { task_id: task } = await api.publish(id, { n: 1 });
    await eventually(() => api.status(task), { until: ({ status }) => status === 'retrying' });
    const path = `/subscriptions/${id}`;

    await haveFailed(url, 40);
    const failing = await api.getSubscription(id);
    expect(failing.health).toMatchObject({ state: 'failing', consecutive_failures: 40, disabling_progress: 0.463 });
    expect(failing.health.summary).toMatch(/^The last 40 attempts failed since .*, the newest with status 503\. /);
    await database.query('update failing_subscriptions set counted_to = 90');

    const disabled = await eventually(() => api.getSubscription(id), { until: ({ state }) => state === 'disabled' });
    expect(disabled).toMatchObject({ disabled_reason: 'failing', disabled_at: expect.any(String) as string });
    expect(disabled.health).toMatchObject({ state: 'disabled' });
    const { body: audit } = await api.request('GET', '/audit?action=subscription.disabled');
    expect((audit as PageAnswer<object>).data).toMatchObject([{ actor: 'service', target: id, changed: ['state'] }]);
    expect((await api.request('POST', `/ingest/${id}`, { body: {} })).status).toBe(409);

    await eventually(() => parked(url), { until: ({ length }) => length === 1 });
    expect((await api.getSubscription(id)).health).toMatchObject({ waiting: 1, parked: 1 });
    const sent = receiver.requestsTo('/down').length;
    expect((await api.status(task)).status).toBe('retrying');
    receiver.script('/down', respond(200));
    const { revival } = await api.expect<{ revival: RevivalAnswer }>(200, 'PATCH', path, { body: { state: 'active' } });
    expect(revival).toMatchObject({
      disabled_reason: 'failing',
      held: 1,
      disabled_at: disabled.disabled_at,
      replay: { kind: 'missing', subscription_id: id },
    });
    await api.expect(200, 'POST', '/replays', { body: { ...revival.replay, dry_run: true } });
    expect(revival.summary).toContain('One delivery was held and is sent now.');
    expect(await api.untilFinal(task)).toMatchObject({ status: 'delivered' });
    expect(receiver.requestsTo('/down')).toHaveLength(sent + 1);
    const revived = await api.getSubscription(id);
    expect(revived).toMatchObject({ state: 'active', disabled_reason: null, disabled_at: null });
    expect(
      (await api.expect<object>(200, 'PATCH', path, { body: revived })) as { revival?: object },
    ).not.toHaveProperty('revival');
  });

  it('warms up: a resumed receiver gets one request of its backlog, and no second before it answers', async () => {
    const url = receiver.url('/cold');
    receiver.script('/cold', hang());
    const { id } = await api.createSubscription({ target_url: url, event_type: 'b', state: 'paused' });
    await Promise.all(Array.from({ length: 30 }, (_, n) => api.publish(id, { n })));
    await eventually(() => parked(url), { until: ({ length }) => length === 30 });
    expect((await api.getSubscription(id)).health).toMatchObject({
      state: 'paused',
      waiting: 30,
      parked: 30,
      summary: expect.stringContaining('30 deliveries are held until it is active') as string,
    });

    await api.request('PATCH', `/subscriptions/${id}`, { body: { state: 'active' } });

    const { health } = await eventually(() => api.getSubscription(id), {
      until: (answer) => answer.health.lane.in_flight > 0,
    });
    expect(health.lane).toEqual({ in_flight: 1, width: 1, limit: 32, workers: 1 });
    expect(receiver.requestsTo('/cold')).toHaveLength(1);
  });

  it('is in lists, and comes from what is summed up', async () => {
    const url = receiver.url('/listed');
    const { id } = await api.createSubscription({ target_url: url, event_type: 'c' });
    await database.query(
      `insert into subscription_hours (subscription_id, hour, tenant_id, succeeded, failed)
       select ${ID}, floor(date_part('epoch', now()) / 3600)::int - n, 'default', 3, n from generate_series(0, 1) n`,
      [url],
    );
    await database.query(
      `insert into delivery_stats (at, is_hour, tenant_id, subscription_id, event_type, kind, status_code, count, durations)
       values (date_trunc('minute', now()) - interval '2 hours', false, 'default', ${ID}, 'c', 1, 200, 4,
         int2send(80::int2) || int4send(4))`,
      [url],
    );

    const { data } = await api.expect<PageAnswer<SubscriptionAnswer & { health: HealthAnswer }>>(
      200,
      'GET',
      '/subscriptions?event_type=c',
    );
    expect(data).toMatchObject([{ id, health: { state: 'healthy', success_rate: 0.8571 } }]);
    expect(data[0]!.health.success_by_hour.slice(-3)).toEqual([null, 0.75, 1]);
    expect(data[0]!.health.summary).toBe('Six of seven attempts of the last day succeeded.');
    expect((await api.getSubscription(id)).health).toMatchObject({
      last_hour: { attempts: 0, success_rate: null, p95_ms: null },
      last_day: { attempts: 4, success_rate: 1, p95_ms: 53.2 },
      last_success_at: expect.stringMatching(/:00\.000Z$/) as string,
    });
  });
});
