import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const TYPESCRIPT = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    target: 'es2024',
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
  swcrc: false,
};

/** Bundled by scripts/libraries.mjs: each suite loads the libraries that it uses, and thousands of files take longer. */
const { TEST_LIBRARIES: libraries } = process.env;
const bundled = libraries === undefined ? {} : JSON.parse(readFileSync(join(libraries, 'index.json'), 'utf8'));
const toBundles = Object.entries(bundled).map(([name, file]) => [`^${RegExp.escape(name)}$`, join(libraries, file)]);

const project = (displayName, directory, more = {}) => ({
  displayName,
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: [`<rootDir>/${directory}/**/*.spec.ts`],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // The packages' own .js comes first: the next line strips the extension from their imports too.
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  moduleNameMapper: { ...Object.fromEntries(toBundles), '^(\\.{1,2}/.*)\\.js$': '$1' },
  // Outlives the directory for temporary files, which each run has of its own.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  transform: { '\\.ts$': ['@swc/jest', TYPESCRIPT] },
  ...more,
});

/** One PostgreSQL and one Redis for the whole run, and what others start from: only if a test of such a project is run. */
const onServers = {
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

/** As those, and all suites of a worker check the answers of the service with one validator. */
const withService = { ...onServers, testEnvironment: '<rootDir>/scripts/service-environment.mjs' };

/** No statement may forget its tenant; processes of the service load it as well. */
const REFUSES_UNSCOPED = '<rootDir>/test/faults/preloads/tenant-scope.ts';

export default {
  // Most tests wait for processes and servers: two cores carry more of them than two.
  maxWorkers: 6,
  testSequencer: '<rootDir>/scripts/longest-first.mjs',
  // Jest takes this for all projects alike.
  testTimeout: 180_000,
  projects: [
    project('unit', '{src,test/support,test/bench,test/capacity}'),
    project('contract', 'test/contract', onServers),
    project('integration', 'test/integration', { ...onServers, setupFiles: [REFUSES_UNSCOPED] }),
    project('e2e', 'test/e2e', withService),
    // A person in a real browser, before real processes.
    project('walks', 'test/walks', withService),
    // Each fault starts servers of its own, on the prepared cluster.
    project('faults', 'test/faults', onServers),
    // What takes long, or measures: a part of `npm run test:faults`.
    project('long', 'test/long', onServers),
  ],
};
