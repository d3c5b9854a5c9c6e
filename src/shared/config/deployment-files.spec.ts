import { existsSync, globSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse, parseAllDocuments } from 'yaml';
import { VERSION } from '../version.js';
import { SETTINGS, variableOf } from './setting-list.js';

/** The part of Kubernetes that the files use. */
interface Container {
  readonly name: string;
  readonly image: string;
  readonly command: string[];
  readonly env: { name: string; value: string }[];
  readonly ports?: { name: string; containerPort: number }[];
  readonly securityContext: object;
  readonly resources: object;
  readonly [probe: `${string}Probe`]: Probe;
}
interface Probe {
  readonly httpGet: { path: string; port: string };
}
interface Pod {
  readonly containers: [Container];
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: object;
}
interface Manifest {
  readonly kind: string;
  readonly metadata: { name: string };
  readonly data?: Record<string, string>;
  readonly stringData?: Record<string, string>;
  readonly spec: Record<string, unknown> & {
    readonly replicas: number;
    readonly template: { metadata: { labels: object }; spec: Pod };
  };
}
interface Values {
  readonly image: { repository: string };
  readonly settings: Record<string, string>;
  readonly api: { replicas: number; resources: object; autoscaling: Record<string, unknown> };
  readonly worker: { replicas: number; resources: object; keda: Record<string, unknown> };
  readonly migration: { resources: object; backoffLimit: number };
  readonly service: { type: string; port: number };
  readonly podSecurityContext: object;
  readonly containerSecurityContext: object;
  readonly [probe: `${string}Probe`]: Probe;
}

const CHART = 'deploy/helm/webhook-delivery-service';
const textOf = (file: string): string => readFileSync(file, 'utf8');
const manifestsOf = (file: string): Manifest[] =>
  parseAllDocuments(textOf(file)).map((document) => document.toJS() as Manifest);

const manifests = globSync('deploy/kubernetes/**/*.yaml').flatMap(manifestsOf);
const values = parse(textOf(`${CHART}/values.yaml`)) as Values;
const templates = globSync(`${CHART}/templates/**/*.{yaml,tpl}`).map(textOf).join('\n');
const find = (kind: string, name: string): Manifest =>
  manifests.find((each) => each.kind === kind && each.metadata.name === name)!;
const api = find('Deployment', 'webhooks-api');
const worker = find('Deployment', 'webhooks-worker');
const migration = find('Job', `webhooks-migrate-${VERSION.replaceAll('.', '-')}`);
const config = find('ConfigMap', 'webhooks');
const containerOf = ({ spec }: Manifest): Container => spec.template.spec.containers[0];
const settingOf = (manifest: Manifest, name: string): string | undefined =>
  containerOf(manifest).env.find((each) => each.name === name)?.value ?? config.data?.[name];

/** SHUTDOWN_DRAIN: seconds between the failing readiness and the closing of the port. */
const KNOWN = new Set(Object.keys(SETTINGS.shape).map(variableOf));
/** Seconds that the service takes in addition to its shutdown timeout, and one for the signal to arrive. */
const CLOSING_SECONDS = Number(/CLOSING_MS = (\d+);/.exec(globSync('src/app/*.ts').map(textOf).join())?.[1]) / 1000 + 1;
const DEFAULTS: Readonly<Record<string, unknown>> = SETTINGS.parse({});
const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;

describe('the files for deployments', () => {
  it('set only settings that exist', () => {
    const { services } = parse(textOf('docker-compose.yml'), { merge: true }) as {
      services: Record<string, { environment: Record<string, string> }>;
    };
    const ofRender = [...textOf('render.yaml').matchAll(/- key: (\w+)/g)].map(([, name]) => name!);
    const named = [
      ...manifests.flatMap(({ data = {}, stringData = {} }) => [...Object.keys(data), ...Object.keys(stringData)]),
      ...[api, worker, migration].flatMap((each) => containerOf(each).env.map(({ name }) => name)),
      ...Object.keys(values.settings),
      ...[...templates.matchAll(/- \{ name: ([A-Z_]+), value: '(?!http:)/g)].map(([, name]) => name!),
      ...[...templates.matchAll(/(?:settings|secrets|given)\.([A-Z_]+)/g)].map(([, name]) => name!),
      ...Object.keys(services['api']!.environment),
      ...ofRender,
    ];
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((name) => !KNOWN.has(name))).toEqual([]);
  });

  it('run programs that exist', () => {
    const files = ['docker-compose.yml', 'render.yaml', 'Dockerfile', `${CHART}/templates/api.yaml`];
    const text = [...files.map(textOf), templates, ...manifests.map((each) => JSON.stringify(each))].join('\n');
    const entries = [...text.matchAll(/dist\/src\/(main[.\w]*?)(?:\.js\b)/g)].map(([, entry]) => entry!);
    const ofChart = [...templates.matchAll(/"(main[.\w]*)"/g)].map(([, entry]) => entry!);
    expect(new Set(ofChart)).toEqual(new Set(['main', 'main.api', 'main.worker']));
    expect([...entries, ...ofChart].filter((entry) => !existsSync(`src/${entry}.ts`))).toEqual([]);
    expect(containerOf(api).command).toEqual(['node', 'dist/src/main.api.js']);
    expect(containerOf(worker).command).toEqual(['node', 'dist/src/main.worker.js']);
    expect(containerOf(migration).command).toEqual(['node', 'dist/src/main.migrate.js']);
  });

  it('are of the version of the service', () => {
    const image = `${values.image.repository}:${VERSION}`;
    expect(parse(textOf(`${CHART}/Chart.yaml`))).toMatchObject({ appVersion: VERSION });
    expect([api, worker, migration].map((each) => containerOf(each).image)).toEqual([image, image, image]);
  });

  it('probe paths of the service, at ports that the containers listen on', () => {
    const { paths } = JSON.parse(textOf('docs/openapi.json')) as { paths: object };
    for (const deployment of [api, worker]) {
      const container = containerOf(deployment);
      const ports = Object.fromEntries(
        container.ports!.map(({ name, containerPort }) => [name, String(containerPort)]),
      );
      expect(ports['admin']).toBe(settingOf(deployment, 'ADMIN_PORT'));
      if (deployment === api) expect(ports['http']).toBe(settingOf(deployment, 'PORT'));
      for (const probe of PROBES) {
        const { path, port } = container[probe]!.httpGet;
        expect(paths).toHaveProperty([path, 'get']);
        expect(port).toBe('admin');
      }
    }
    expect(paths).toHaveProperty(['/metrics', 'get']);
    expect(templates).toContain(`path: /metrics`);
    expect(templates).toContain(`- { name: http, containerPort: ${settingOf(api, 'PORT')} }`);
    expect(templates).toContain(`- { name: admin, containerPort: ${settingOf(api, 'ADMIN_PORT')} }`);
  });

  it('give pods more time to end than the service takes', () => {
    const graceOf = ({ spec }: Manifest): number => spec.template.spec.terminationGracePeriodSeconds;
    const [timeout, drain] = ['SHUTDOWN_TIMEOUT', 'SHUTDOWN_DRAIN'].map((name) => Number(config.data?.[name]));
    expect(graceOf(api)).toBeGreaterThanOrEqual(timeout! + drain! + CLOSING_SECONDS);
    expect(graceOf(worker)).toBeGreaterThanOrEqual(timeout! + CLOSING_SECONDS);
    const ofChart =
      /terminationGracePeriodSeconds: \{\{ add \(int \S*SHUTDOWN_TIMEOUT\) \(int \.drainSeconds\) (\d+) \}\}/;
    expect(Number(ofChart.exec(templates)?.[1])).toBeGreaterThanOrEqual(CLOSING_SECONDS);
    const ofCompose = /stop_grace_period: (\d+)s/.exec(textOf('docker-compose.yml'))?.[1];
    const ofRender = /maxShutdownDelaySeconds: (\d+)/.exec(textOf('render.yaml'))?.[1];
    const least = Number(DEFAULTS['shutdownTimeout']) + Number(DEFAULTS['shutdownDrain'] ?? 0) + CLOSING_SECONDS;
    for (const seconds of [ofCompose, ofRender]) expect(Number(seconds)).toBeGreaterThanOrEqual(least);
  });

  it('for kubectl are what the chart installs by default', () => {
    expect(config.data).toEqual(values.settings);
    expect(find('Service', 'webhooks-api').spec).toMatchObject({
      type: values.service.type,
      ports: [{ port: values.service.port }],
    });
    for (const [deployment, given] of [
      [api, values.api],
      [worker, values.worker],
    ] as const) {
      const container = containerOf(deployment);
      expect(deployment.spec.replicas).toBe(given.replicas);
      expect(container.resources).toEqual(given.resources);
      for (const probe of PROBES) expect(container[probe]).toEqual(values[probe]);
      const budget = find('PodDisruptionBudget', deployment.metadata.name);
      expect(given).toMatchObject({ podDisruptionBudget: { maxUnavailable: budget.spec['maxUnavailable'] } });
    }
    expect(migration.spec['backoffLimit']).toBe(values.migration.backoffLimit);
    expect(containerOf(migration).resources).toEqual(values.migration.resources);
    for (const each of [api, worker, migration]) {
      expect(each.spec.template.spec.securityContext).toEqual(values.podSecurityContext);
      expect(containerOf(each).securityContext).toEqual(values.containerSecurityContext);
    }
  });

  it('scale as the chart does', () => {
    const { enabled: _cpu, targetCPUUtilizationPercentage: averageUtilization, ...replicas } = values.api.autoscaling;
    expect(find('HorizontalPodAutoscaler', 'webhooks-api').spec).toMatchObject({
      ...replicas,
      metrics: [{ resource: { target: { averageUtilization } } }],
    });
    const { minReplicas, maxReplicas, prometheusAddress, deliveriesDue, queueDepth } = values.worker.keda;
    expect(find('ScaledObject', 'webhooks-worker').spec).toMatchObject({
      minReplicaCount: minReplicas,
      maxReplicaCount: maxReplicas,
      triggers: [deliveriesDue, queueDepth].map((threshold) => ({
        metadata: { serverAddress: prometheusAddress, threshold: String(threshold) },
      })),
    });
  });

  it('select the pods that they are for', () => {
    const labels = [api, worker].map((each) => each.spec.template.metadata.labels);
    const hasSpec = (each: object): boolean => 'spec' in each;
    const selected = manifests.filter(hasSpec).flatMap(({ kind, spec }) => {
      const { selector, podSelector = selector } = spec as Record<string, { matchLabels?: object } | undefined>;
      return (kind === 'Service' ? selector : podSelector?.matchLabels) ?? [];
    });
    expect(selected).toHaveLength(7);
    for (const each of selected) expect(labels).toContainEqual(each);
  });
});

describe('the values of the chart', () => {
  const validate = new Ajv({ strictTypes: false }).compile(JSON.parse(textOf(`${CHART}/values.schema.json`)) as object);

  it('by default are valid', () => {
    validate(values);
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['a misspelt name', { replica: 3 }],
    ['a misspelt name further down', { api: { replicas: 1, resource: {} } }],
    ['an unknown mode', { mode: 'both' }],
    ['a setting in lower case', { settings: { SHUTDOWN_TIMEOUT: '30', log_level: 'info' } }],
    ['an empty secret', { secrets: { DATABASE_URL: '' } }],
  ])('are refused with %s', (_, wrong) => {
    expect(validate({ ...values, ...wrong })).toBe(false);
  });
});
