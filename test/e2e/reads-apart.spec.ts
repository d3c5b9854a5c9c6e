import { ApiClient, type DeliveryAnswer } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { metricsIn } from '../support/exposition.js';
import { fastSettings } from '../support/fast-settings.js';
import { rememberSecret } from '../support/known-secrets.js';
import { type LogLine, type ServiceProcess, startService } from '../support/service-process.js';
import { type PrimaryAndReplica, queryOn, startPrimaryAndReplica } from '../support/streaming-replica.js';
import type { TestDatabase } from '../support/test-database.js';

const TARGET = 'http://127.0.0.1:65535/hook';

interface Health {
  readonly status: string;
  readonly details: Readonly<Record<string, { readonly status: string; readonly [field: string]: unknown }>>;
}

/** Real: a primary and a streaming replica of it. The receiver is away, so every delivery is retried. */
describe('a service that reads from a replica', () => {
  let servers: PrimaryAndReplica;
  let service: ServiceProcess;
  let api: ApiClient;
  let subscription: string;
  let settings: Record<string, string>;

  beforeAll(async () => {
    servers = await startPrimaryAndReplica();
    for (const { url } of [servers.primary, servers.replica]) rememberSecret(new URL(url).password);
    settings = fastSettings({ url: servers.primary.url } as TestDatabase, { READ_LAG_LIMIT: '3600' });
    service = await startService({
      entry: 'main',
      settings: { ...settings, DATABASE_READ_URL: servers.replica.url },
    });
    api = new ApiClient(service.url);
    subscription = (await api.createSubscription({ target_url: TARGET, event_type: 'order.created' })).id;
  });

  afterAll(async () => {
    await service.stop();
    await servers.stop();
  });

  const onReplica = (text: string) => queryOn<{ state: string }>(servers.replica.url, text);
  const publish = async (): Promise<string> => (await api.publish(subscription, { n: 1 })).task_id;
  const lists = ['/deliveries', '/events', '/subscriptions/SUB/deliveries'];
  const idsIn = async (path: string): Promise<string[]> => {
    const data = await api.list<DeliveryAnswer>(path.replace('SUB', subscription));
    return data.map(({ id }) => id);
  };
  const sums = async (): Promise<number[]> => {
    const paths = ['/ledger', '/ledger?verify=true', '/stats'];
    const answers = paths.map((path) => api.expect<{ totals: { accepted: number } }>(200, 'GET', path));
    return (await Promise.all(answers)).map(({ totals }) => totals.accepted);
  };
  const untilSummed = (count: number) =>
    eventually(sums, { until: (counts) => counts.every((each) => each === count) });
  const asOf = async (path: string): Promise<string | null> =>
    (await api.request('GET', path.replace('SUB', subscription))).headers.get('x-data-as-of');
  const health = async (): Promise<Health> => (await (await fetch(`${service.url}/health`)).json()) as Health;
  const gauge = async (name: string): Promise<number | undefined> => {
    const metrics = metricsIn(await (await fetch(`${service.url}/metrics`)).text());
    return [...(metrics.get(name)?.samples.values() ?? [])][0];
  };
  const told = (message: string): LogLine[] => service.logs.filter(({ msg }) => msg === message);

  it('shows its lag, and which connections lead there', async () => {
    const { status, details } = await health();
    expect(status).toBe('ok');
    expect(details['read_replica']).toEqual({ status: 'up', lag_seconds: expect.any(Number) as number });
    expect(details['read_replica']!['lag_seconds']).toBeLessThan(60);
    expect(await gauge('webhook_replica_in_use')).toBe(1);
    expect(await gauge('webhook_replica_lag_seconds')).toBeGreaterThanOrEqual(0);
    const metrics = metricsIn(await (await fetch(`${service.url}/metrics`)).text());
    const pools = metrics.get('webhook_database_connections_max')?.samples;
    expect(pools?.get('webhook_database_connections_max{pool="read"}')).toBe(
      Number(settings['DATABASE_POOL_SIZE']) + 1,
    );
    expect(told('replica.left')).toEqual([]);
  });

  it('lists and sums up what the replica has, with its time, and reads what has an id from the primary', async () => {
    const first = await publish();
    await eventually(() => idsIn('/deliveries'), { until: (ids) => ids.includes(first) });
    await untilSummed(1);
    await onReplica('select pg_wal_replay_pause()');
    await eventually(() => onReplica('select pg_get_wal_replay_pause_state() as state'), {
      until: ([row]) => row?.state === 'paused',
    });
    const second = await publish();
    const acceptedAt = Date.now();

    const shown = await eventually(() => asOf('/deliveries'), { until: (time) => time !== null });
    expect(Date.parse(shown!)).toBeLessThan(acceptedAt);
    for (const path of lists) {
      expect(await idsIn(path)).toHaveLength(1);
      expect(await asOf(path)).not.toBeNull();
    }
    expect(await sums()).toEqual([1, 1, 1]);
    for (const path of ['/ledger', '/stats']) expect(await asOf(path)).not.toBeNull();
    for (const path of [`/deliveries/${second}`, `/status/${second}`, '/subscriptions']) {
      expect((await api.request('GET', path)).status).toBe(200);
      expect(await asOf(path)).toBeNull();
    }
    const { event_id: event } = await api.expect<DeliveryAnswer>(200, 'GET', `/deliveries/${second}`);
    for (const path of [`/status/${event}`, `/events/${event}/explain`]) {
      expect((await api.request('GET', path)).text).toContain(second);
    }
    expect(await health()).toMatchObject({ status: 'ok', details: { read_replica: { status: 'up' } } });
    await eventually(() => gauge('webhook_replica_lag_seconds'), { until: (seconds) => (seconds ?? 0) > 1 });

    await onReplica('select pg_wal_replay_resume()');
    await eventually(() => idsIn('/deliveries'), { until: ({ length }) => length === 2 });
    await eventually(() => asOf('/deliveries'), { until: (time) => time === null });
    await untilSummed(2);
  });

  it('reads from the primary while the replica is away, says so once, and returns', async () => {
    await servers.replica.kill();
    const third = await publish();

    for (const path of ['/deliveries', '/subscriptions/SUB/deliveries']) expect(await idsIn(path)).toContain(third);
    await untilSummed(3);
    const degraded = await eventually(health, { until: ({ status }) => status === 'degraded' });
    expect(degraded.details['read_replica']).toEqual({
      status: 'degraded',
      message: 'The read replica does not answer; reads go to the primary',
    });
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    await eventually(() => gauge('webhook_replica_in_use'), { until: (value) => value === 0 });
    expect(await gauge('webhook_postgresql_up')).toBe(1);
    expect(told('replica.left')).toEqual([expect.objectContaining({ level: 40, reason: 'away' })]);
    // The primary's connections are none of its business.
    expect(told('database.connections_given_up')).toEqual([]);

    await servers.replica.restart();
    await eventually(health, { until: ({ status }) => status === 'ok' });
    await eventually(() => told('replica.back'), { until: ({ length }) => length === 1 });
    await eventually(
      () => queryOn(servers.replica.url, `select from pg_stat_activity where application_name = 'webhooks-read'`),
      { until: ({ length }) => length > 0 },
    );
  });

  it('does not start with another database, and says which is meant', async () => {
    const wrong = { ...settings, DATABASE_READ_URL: process.env['TEST_DATABASE_URL']! };
    const failure = await startService({ entry: 'main.api', settings: wrong }).then(String, String);
    expect(failure).toContain('"msg":"start.refused"');
    expect(failure).toContain(
      'DATABASE_READ_URL leads to another database than DATABASE_URL: its system identifier is',
    );
    expect(failure).not.toContain(new URL(wrong.DATABASE_READ_URL).password);
  });
});
