/** Modules that everybody may import. */
const GROUND = 'access|announcements|targets|signing';
const MODULES = `subscriptions|live|ingest|delivery|stats|status|vitals|health|doctor|replays|dashboard|${GROUND}`;
const edge = (from, to) => ({
  name: `${from}-may-import-only-${to.replaceAll('|', '-') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${from}/` },
  to: {
    path: `^src/(${MODULES}|app|local)/`,
    pathNot: `^src/(${[from, ...to.split('|').filter(Boolean)].join('|')})/`,
  },
});

/** The stages of a delivery: each may import those named here, and none above. */
const stage = (from, to) => ({
  name: `delivery-${from}-may-import-only-${to.replaceAll('|', '-') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/delivery/${from}/` },
  to: {
    path: '^src/delivery/',
    pathNot: `^src/delivery/(${[from, ...to.split('|').filter(Boolean)].join('|')})/`,
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    edge('signing', ''),
    edge('targets', ''),
    edge('access', ''),
    edge('announcements', ''),
    edge('subscriptions', GROUND),
    edge('live', `subscriptions|${GROUND}`),
    edge('delivery', `subscriptions|live|${GROUND}`),
    edge('ingest', `subscriptions|delivery|live|${GROUND}`),
    edge('stats', `delivery|ingest|subscriptions|${GROUND}`),
    edge('status', `delivery|ingest|stats|subscriptions|${GROUND}`),
    edge('vitals', `delivery|stats|subscriptions|${GROUND}`),
    edge('health', `delivery|${GROUND}`),
    edge('doctor', `subscriptions|delivery|${GROUND}`),
    edge('replays', `subscriptions|delivery|${GROUND}`),
    edge('dashboard', GROUND),
    stage('domain', ''),
    stage('report', 'domain'),
    stage('storage', 'domain'),
    stage('queue', 'storage|domain'),
    stage('attempt', 'storage|domain'),
    stage('engine', 'queue|attempt|report|storage|domain'),
    stage('api', 'queue|report|storage|domain'),
    {
      name: 'enter-by-the-front-door',
      comment: 'another module is imported through its index.ts only',
      severity: 'error',
      from: { path: `^src/(${MODULES})/` },
      to: { path: `^src/(${MODULES})/`, pathNot: ['^src/$1/', '/index\\.ts$'] },
    },
    {
      name: 'app-uses-front-doors',
      severity: 'error',
      from: { path: '^src/(app/|local/|main)' },
      to: { path: `^src/(${MODULES})/`, pathNot: '/(index|worker)\\.ts$' },
    },
    {
      name: 'worker-door-is-for-the-worker',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/app/worker\\.module\\.ts$' },
      to: { path: '^src/delivery/worker\\.ts$' },
    },
    {
      name: 'own-index-is-for-others',
      severity: 'error',
      from: { path: `^src/(${MODULES})/` },
      to: { path: '^src/$1/index\\.ts$' },
    },
    {
      name: 'shared-knows-nobody',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: `^src/(${MODULES}|app|local)/` },
    },
    {
      name: 'nobody-imports-app',
      severity: 'error',
      from: { pathNot: '^(src/(main|app/|local/)|test/)' },
      to: { path: '^src/(app/|main)' },
    },
    {
      name: 'nobody-imports-local',
      comment: 'npm start and tests only: production runs without it',
      severity: 'error',
      from: { pathNot: '^(src/local/|test/)' },
      to: { path: '^src/local/' },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: '^src/[^/]+/domain/', pathNot: '\\.spec\\.ts$' },
      to: {
        dependencyTypesNot: ['type-only'],
        path: '^src/|node_modules',
        pathNot: '^src/[^/]+/domain/|^src/shared/limits\\.ts$',
      },
    },
    {
      name: 'typeorm-only-in-repositories',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.(repository|entity|module)\\.ts$|^src/shared/database/' },
      to: { path: 'node_modules/(typeorm|@nestjs/typeorm)/' },
    },
    {
      name: 'pg-only-in-database',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(shared/database|local)/' },
      to: { path: 'node_modules/(@types/)?pg/' },
    },
    {
      name: 'bull-only-in-queue',
      severity: 'error',
      from: { path: '^src/', pathNot: '/queue/|\\.module\\.ts$' },
      to: { path: 'node_modules/(@types/)?(bull|@nestjs/bull)/' },
    },
    {
      name: 'axios-and-undici-only-in-http',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/delivery/attempt/http/' },
      to: { path: 'node_modules/(axios|undici)/' },
    },
    {
      name: 'api-process-never-consumes',
      severity: 'error',
      from: { path: '^src/main\\.api\\.ts$' },
      to: { reachable: true, path: '\\.processor\\.ts$' },
    },
    {
      name: 'no-test-code-in-src',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^test/|\\.spec\\.ts$' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['\\.spec\\.ts$', '^src/main', '\\.d\\.ts$', 'migrations/', '^test/faults/preloads/'],
      },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
