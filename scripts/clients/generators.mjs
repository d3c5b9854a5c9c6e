import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, toolPath } from '../toolchain.mjs';
import { need, PROGRAMS, pythonWith, run } from './tools.mjs';

const GO = { GOFLAGS: '-mod=mod', GOWORK: 'off' };
const OAPI_CODEGEN = 'v2.8.2';
/** Without this, clients in Java and Go refuse answers with fields that a later version adds. */
const TOLERANT = ['--additional-properties', 'disallowAdditionalPropertiesIfNotPresent=false'];
const MAVEN_CLASSPATH = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath';
const TYPESCRIPT = {
  compilerOptions: {
    target: 'ES2024',
    module: 'nodenext',
    lib: ['ES2024', 'DOM', 'DOM.Iterable'],
    types: ['node'],
    strict: true,
    // Of what others publish. What is generated has no declarations.
    skipLibCheck: true,
    rootDir: '.',
    outDir: 'out',
  },
};

/**
 * A client generator: what it generates from `openapi.json` in a directory, and a program that uses it.
 *
 * @typedef {object} Generator
 * @property {string} name
 * @property {() => Promise<unknown>} prepare finds or installs its tools, or throws `Missing`
 * @property {(directory: string) => Promise<void>} generate
 * @property {(directory: string) => Promise<void>} compile
 * @property {(directory: string, env: Record<string, string>) => Promise<string>} start runs the program
 */

/** @type {Record<string, Generator>} */
export const GENERATORS = {
  'hey-api': typescript('@hey-api/openapi-ts', 'hey-api.ts', (directory) => [
    toolPath('openapi-ts'),
    ...['-i', 'openapi.json', '-o', join(directory, 'client'), '-c', '@hey-api/client-fetch', '--no-log-file'],
  ]),
  'openapi-fetch': typescript('openapi-typescript', 'openapi-fetch.ts', () => [
    toolPath('openapi-typescript'),
    ...['openapi.json', '-o', 'schema.ts'],
  ]),
  'openapi-python-client': pythonClient(),
  'openapi-generator-python': {
    ...openApiGenerator('python'),
    async compile(directory) {
      const cwd = join(directory, 'client');
      copyFileSync(join(PROGRAMS, 'openapi_generator.py'), join(cwd, 'main.py'));
      await importAll(await pythonWith('openapi-generator'), cwd, 'openapi_client');
    },
    async start(directory, env) {
      const python = await pythonWith('openapi-generator');
      return run(python.command, ['main.py'], { cwd: join(directory, 'client'), env: { ...python.env, ...env } });
    },
  },
  'openapi-generator-java': {
    ...openApiGenerator('java', { javac: '-version', mvn: '-version' }),
    async compile(directory) {
      const cwd = join(directory, 'client');
      await run('mvn', ['-q', '-B', MAVEN_CLASSPATH, '-Dmdep.outputFile=classpath.txt'], { cwd });
      copyFileSync(join(PROGRAMS, 'OpenApiGenerator.java'), join(cwd, 'OpenApiGenerator.java'));
      const sources = ['-sourcepath', 'src/main/java', 'OpenApiGenerator.java'];
      await run('javac', ['-nowarn', '-cp', classpathOf(cwd), '-d', 'out', ...sources], { cwd });
    },
    start(directory, env) {
      const cwd = join(directory, 'client');
      return run('java', ['-cp', `out:${classpathOf(cwd)}`, 'OpenApiGenerator'], { cwd, env });
    },
  },
  'openapi-generator-go': {
    ...openApiGenerator('go', { go: 'version' }),
    async compile(directory) {
      const cwd = join(directory, 'client');
      await run('go', ['mod', 'edit', '-module', 'example.com/webhooks'], { cwd });
      await buildGo(cwd, 'openapi-generator.go');
    },
    start: (directory, env) => run(join(directory, 'client', 'main'), [], { env }),
  },
  'oapi-codegen': {
    name: `oapi-codegen ${OAPI_CODEGEN} (Go)`,
    prepare: () => need('go', 'version'),
    async generate(directory) {
      mkdirSync(join(directory, 'client'));
      const tool = `github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@${OAPI_CODEGEN}`;
      const options = ['-generate', 'types,client', '-package', 'client', '-o', 'client/client.gen.go'];
      await run('go', ['run', tool, ...options, 'openapi.json'], { cwd: directory, env: GO });
    },
    async compile(directory) {
      await run('go', ['mod', 'init', 'example.com/webhooks'], { cwd: directory });
      await run('go', ['get', 'github.com/oapi-codegen/runtime@v1.9.0'], { cwd: directory, env: GO });
      await buildGo(directory, 'oapi-codegen.go');
    },
    start: (directory, env) => run(join(directory, 'main'), [], { env }),
  },
};

function typescript(dependency, program, generator) {
  return {
    name: `${dependency} ${versionOf(dependency)}`,
    prepare: () => Promise.resolve(),
    async generate(directory) {
      writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
      writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(TYPESCRIPT));
      symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
      await run(process.execPath, generator(directory), { cwd: directory });
    },
    async compile(directory) {
      copyFileSync(join(PROGRAMS, program), join(directory, 'main.ts'));
      await run(process.execPath, [toolPath('tsc'), '-p', directory], { cwd: directory });
    },
    start: (directory, env) => run(process.execPath, [join(directory, 'out', 'main.js')], { env }),
  };
}

function pythonClient() {
  const prepare = () => pythonWith('openapi-python-client');
  return {
    name: `openapi-python-client ${pinned('openapi-python-client')}`,
    prepare,
    async generate(directory) {
      const { command, env } = await prepare();
      // The generator would format its output with ruff, which is not installed.
      writeFileSync(join(directory, 'config.yml'), 'post_hooks: []\n');
      const options = ['--config', 'config.yml', '--meta', 'none', '--output-path', 'client', '--fail-on-warning'];
      const module = ['-m', 'openapi_python_client', 'generate', '--path', 'openapi.json'];
      await run(command, [...module, ...options], { cwd: directory, env });
    },
    async compile(directory) {
      copyFileSync(join(PROGRAMS, 'openapi_python_client.py'), join(directory, 'main.py'));
      await importAll(await prepare(), directory, 'client');
    },
    async start(directory, given) {
      const { command, env } = await prepare();
      return run(command, ['main.py'], { cwd: directory, env: { ...env, ...given } });
    },
  };
}

/** @param tools further commands that the language needs, each with an argument that makes it print its version */
function openApiGenerator(language, tools = {}) {
  return {
    name: `openapi-generator ${pinned('openapi-generator', 'openapi-generator-cli')} (${language})`,
    async prepare() {
      for (const [command, argument] of Object.entries({ java: '-version', ...tools })) await need(command, argument);
      await pythonWith('openapi-generator');
    },
    async generate(directory) {
      const python = await pythonWith('openapi-generator');
      const jar = join(python.directory, 'openapi_generator_cli', 'openapi-generator.jar');
      const options = ['-i', 'openapi.json', '-g', language, '-o', 'client', ...TOLERANT];
      await run('java', ['-jar', jar, 'generate', ...options], { cwd: directory });
    },
  };
}

/** Imports every module of a package, because Python compiles a module when it is imported. */
function importAll({ command, env }, cwd, packageName) {
  const program = [
    'import importlib, pkgutil, sys',
    'package = importlib.import_module(sys.argv[1])',
    "for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):",
    '    importlib.import_module(module.name)',
  ];
  return run(command, ['-c', program.join('\n'), packageName], { cwd, env });
}

async function buildGo(cwd, program) {
  mkdirSync(join(cwd, 'cmd'));
  copyFileSync(join(PROGRAMS, program), join(cwd, 'cmd', 'main.go'));
  await run('go', ['build', '-o', 'main', './cmd'], { cwd, env: GO });
}

function classpathOf(directory) {
  return readFileSync(join(directory, 'classpath.txt'), 'utf8').trim();
}

function versionOf(dependency) {
  return JSON.parse(readFileSync(join(root, 'node_modules', dependency, 'package.json'), 'utf8')).version;
}

function pinned(file, name = file) {
  const requirements = readFileSync(join(root, 'test', 'clients', 'requirements', `${file}.txt`), 'utf8');
  return new RegExp(`^${name}==([^ ]+)`, 'm').exec(requirements)?.[1] ?? '';
}
