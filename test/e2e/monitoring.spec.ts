import { readFileSync } from 'node:fs';
import { startLocalRedis } from '../../src/local/local-redis.js';
import { VERSION } from '../../src/shared/version.js';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { type ExposedMetric, metricNamed, metricsIn } from '../support/exposition.js';
import { fastSettings } from '../support/fast-settings.js';
import { respond, ScriptedReceiver } from '../support/scripted-receiver.js';
import { type ServiceProcess, startService } from '../support/service-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const RULES = readFileSync('deploy/prometheus/alerts.yml', 'utf8');
const BOARD = readFileSync('deploy/grafana/webhook-delivery-service.json', 'utf8');
const DOCUMENT = readFileSync('docs/monitoring.md', 'utf8');
/** Labels that Prometheus and its histograms add. */
const ADDED_LABELS = ['job', 'instance', 'le'];
const ROLES = { main: 'all', 'main.api': 'api', 'main.worker': 'worker' } as const;

/** Text with queries, and the texts that name labels of their results. */
interface Query {
  readonly where: string;
  readonly text: string;
}

const ALERTS: Query[] = RULES.split(/^\s*- alert: /m)
  .slice(1)
  .map((text) => ({ where: /^\w+/.exec(text)?.[0] ?? '', text }));

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
const PANELS: Query[] = (JSON.parse(BOARD) as { panels: Panel[] }).panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ where: title, text: `${expr} ${legendFormat}` })),
);

/** Names of metrics in a query, each with the labels that select its series. */
function selectorsIn(text: string): { name: string; labels: string[] }[] {
  return [...text.matchAll(/\b((?:webhook|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', selector = '']) => ({
      name,
      labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = '']) => label),
    }),
  );
}

/** Labels by which a query groups, and those that its texts show. */
function shownLabelsIn(text: string): string[] {
  const grouped = [...text.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/,\s*/));
  const shown = [...text.matchAll(/\{\{\s*(?:\$labels\.)?([a-z_]+)\s*\}\}/g)].map(([, label = '']) => label);
  return [...grouped, ...shown];
}

const scrape = async ({ adminUrl }: ServiceProcess): Promise<Map<string, ExposedMetric>> =>
  metricsIn(await (await fetch(`${adminUrl}/metrics`)).text());

describe('monitoring, with real PostgreSQL and Redis', () => {
  let database: TestDatabase;
  let receiver: ScriptedReceiver;
  const services = new Map<string, ServiceProcess>();
  /** Metrics of each process before its first request for anything else, by its role. */
  const atStart = new Map<string, Map<string, ExposedMetric>>();
  /** Metrics of all processes together. */
  const registered = new Map<string, ExposedMetric>();

  beforeAll(async () => {
    database = await createTestDatabase();
    receiver = await ScriptedReceiver.start();
    const settings = fastSettings(database);
    for (const [entry, role] of Object.entries(ROLES) as [keyof typeof ROLES, string][]) {
      const service = await startService({ entry, settings });
      services.set(role, service);
      atStart.set(role, await scrape(service));
      register(atStart.get(role)!);
    }
    const more = { PROCESSES: '2', DATABASE_READ_URL: database.url };
    const several = await startService({ entry: 'main', settings: { ...settings, ...more } });
    register(await scrape(several));
    const exitCode = await several.stop();
    // Says why, if it did not end well: nothing else of it is kept.
    expect([exitCode, exitCode === 0 ? '' : several.output()]).toEqual([0, '']);
  });

  afterAll(async () => {
    for (const service of services.values()) expect(await service.stop()).toBe(0);
    await receiver.close();
    await database.drop();
  });

  /** A label is known if one process has it: some counters have series in processes of one role only. */
  const register = (metrics: Map<string, ExposedMetric>): void => {
    for (const [name, metric] of metrics) {
      const labels = new Set([...(registered.get(name)?.labels ?? []), ...metric.labels]);
      registered.set(name, { ...metric, labels });
    }
  };
  const samplesOf = (metrics: Map<string, ExposedMetric> | undefined, name: string): [string, number][] => [
    ...(metrics?.get(name)?.samples ?? []),
  ];

  it.each(Object.values(ROLES))('shows what runs, and what it depends on: %s', (role) => {
    const metrics = atStart.get(role);

    expect(samplesOf(metrics, 'webhook_build_info')).toEqual([
      [`webhook_build_info{version="${VERSION}",node_version="${process.versions.node}",role="${role}"}`, 1],
    ]);
    expect(samplesOf(metrics, 'webhook_postgresql_up')).toEqual([['webhook_postgresql_up', 1]]);
    expect(samplesOf(metrics, 'webhook_redis_up')).toEqual([['webhook_redis_up', 1]]);
    expect(samplesOf(metrics, 'webhook_database_connections_max')).toEqual([
      ['webhook_database_connections_max{pool="api"}', 5],
      ['webhook_database_connections_max{pool="delivery"}', 5],
    ]);
    const open = samplesOf(metrics, 'webhook_database_connections');
    expect(open.map(([series]) => series)).toEqual(
      ['api', 'delivery'].flatMap((pool) =>
        ['used', 'idle'].map((state) => `webhook_database_connections{pool="${pool}",state="${state}"}`),
      ),
    );
    expect(open.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(0);
  });

  it('has all series of its counters before the first event, so that the first one is an increase', async () => {
    const all = services.get('all')!;
    const api = new ApiClient(all.url);
    receiver.script('/gone', respond(410));
    const { id } = await api.createSubscription({ target_url: receiver.url('/gone'), event_type: 'a' });
    await api.untilFinal((await api.publish(id, { n: 1 })).task_id);
    await api.broadcast('nobody.wants.this', { n: 1 });
    await fetch(`${all.url}/webhooks/a`, {
      method: 'POST',
      body: '{}',
      headers: { origin: 'https://elsewhere.example' },
    });

    const changed = async (): Promise<string[]> => {
      const metrics = await Promise.all([...services.values()].map(scrape));
      return metrics.flatMap((each) =>
        [...each].flatMap(([name, { type, samples }]) =>
          type !== 'counter' || !name.startsWith('webhook_') || name === 'webhook_http_requests_total'
            ? []
            : [...samples].flatMap(([series, value]) => (value > 0 ? [series] : [])),
        ),
      );
    };
    const series = await eventually(changed, {
      until: (each) => each.includes('webhook_subscriptions_disabled_total{reason="gone"}'),
    });
    expect(series).toEqual(
      expect.arrayContaining([
        'webhook_events_unmatched_total',
        'webhook_attempts_total{status_class="4xx"}',
        'webhook_attempt_failures_total{code="bad_status"}',
        'webhook_requests_refused_total{code="foreign_origin"}',
      ]),
    );
    const known = new Set([...atStart.values()].flatMap((each) => [...each.values()].flatMap(({ samples }) => [...samples.keys()]))); // prettier-ignore
    expect(series.filter((each) => !known.has(each))).toEqual([]);
  });

  it('has a series for the failures of each route from the start', () => {
    const series = samplesOf(atStart.get('api'), 'webhook_http_requests_total').map(([each]) => each);
    for (const status of [500, 503]) {
      expect(series).toContain(
        `webhook_http_requests_total{method="POST",route="/webhooks/:event_type",status="${status}"}`,
      );
    }
  });

  it('measures the time of responses by route and status class', async () => {
    const all = services.get('all')!;
    await fetch(`${all.url}/subscriptions`);
    await fetch(`${all.url}/subscriptions/sub_unknown`);

    const name = 'webhook_http_request_duration_seconds';
    const counts = await eventually(async () => samplesOf(await scrape(all), name).map(([series]) => series), {
      until: (series) => series.some((each) => each.includes('/subscriptions/:id')),
    });
    expect(counts).toContain(`${name}_count{method="GET",route="/subscriptions",status_class="2xx"}`);
    expect(counts).toContain(`${name}_bucket{le="0.05",method="GET",route="/subscriptions/:id",status_class="4xx"}`);
    register(await scrape(all));
  });

  it.each([...ALERTS, ...PANELS])('has every metric and label that is used: $where', ({ text }) => {
    const selectors = selectorsIn(text);
    expect(selectors.length).toBeGreaterThan(0);
    const found = selectors.map(({ name }) => [name, metricNamed(name, registered)] as const);
    expect(found.filter(([, metric]) => metric === undefined)).toEqual([]);
    const labelsOf = new Map(
      found.map(([name, metric]) => [name, new Set([...(metric?.labels ?? []), ...ADDED_LABELS])]),
    );
    for (const { name, labels } of selectors) {
      expect(labels.filter((label) => !labelsOf.get(name)!.has(label))).toEqual([]);
    }
    const known = new Set([...labelsOf.values()].flatMap((each) => [...each]));
    expect(shownLabelsIn(text).filter((label) => !known.has(label))).toEqual([]);
  });

  it('is described: every metric of the service, and every alert', () => {
    const described = new Set([...DOCUMENT.matchAll(/`(webhook_\w+)/g)].map(([, name]) => name));
    const own = [...registered.keys()].filter((name) => name.startsWith('webhook_'));

    expect([...described].sort()).toEqual(own.sort());
    expect(ALERTS.length).toBeGreaterThan(10);
    for (const { where } of ALERTS) expect(DOCUMENT).toContain(`\`${where}\``);
  });
});

describe('monitoring of servers that go away and come back, with real PostgreSQL and Redis', () => {
  it('shows which of them are away', async () => {
    const database = await createTestDatabase();
    const url = new URL(database.url);
    const port = Number(url.port);
    const proxy = await TcpProxy.start(port);
    url.port = String(proxy.port);
    const redis = await startLocalRedis({ directory: '/tmp', port: 'free' });
    const given = { DATABASE_URL: url.href, REDIS_URL: redis!.url };
    const service = await startService({ entry: 'main.worker', settings: fastSettings(database, given) });
    const untilUp = async (name: string, up: number): Promise<void> => {
      const read = async () => [...((await scrape(service)).get(name)?.samples.values() ?? [])];
      expect(await eventually(read, { until: ([value]) => value === up })).toEqual([up]);
    };
    await untilUp('webhook_postgresql_up', 1);
    await untilUp('webhook_redis_up', 1);

    await redis!.stop();
    proxy.leadTo(1);
    proxy.halfOpen();
    await untilUp('webhook_redis_up', 0);
    await untilUp('webhook_postgresql_up', 0);

    proxy.leadTo(port);
    await untilUp('webhook_postgresql_up', 1);
    expect(await service.stop()).toBe(0);
    await proxy.stop();
    await database.drop();
  });
});
