// Prepares what the project needs to run. This file may import only built-in modules: on a fresh checkout, nothing is
// installed yet. It must also run on whatever Node.js the machine has.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export const NODE_MAJOR = 24;
const MODULES = join(root, 'node_modules');
const INSTALLED = join(MODULES, '.package-lock.json');
const BUILT = join(root, 'dist', '.built');

// Ignores directories for temporary files that do not exist, because Node.js and npm would fail to use them.
for (const name of ['TMPDIR', 'TMP', 'TEMP']) {
  if (process.env[name] !== undefined && !statSync(process.env[name], { throwIfNoEntry: false })?.isDirectory()) {
    delete process.env[name];
  }
}

/** A failure whose message is enough for the user. Its stack is not printed. */
export class Failure extends Error {}

/** Sets the exit code that `main` returns. If `main` throws a Failure, prints its message and sets 1. */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

export function ensureDependencies() {
  // npm writes this file last, so an interrupted installation is repeated.
  if (modifiedAt(INSTALLED) >= modifiedAt(join(root, 'package-lock.json')) && existsSync(join(MODULES, 'typescript'))) {
    return;
  }
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--include=dev'];
  console.log('Installing dependencies (npm ci) ...');
  if (npm(['ci', ...options])) return;
  // npm ci refuses a lock file without the binaries for other systems. Some registries do not have them.
  console.log('Installing dependencies (npm install) ...');
  if (!npm(['install', '--no-save', ...options])) throw new Failure('The dependencies could not be installed.');
}

export function ensureBuild(node) {
  const configuration = ['nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', 'package.json'];
  const sources = [
    'src',
    'ormconfig.ts',
    'test/bench',
    'test/capacity',
    'test/faults',
    'test/support',
    ...configuration,
  ];
  const changedAt = Math.max(modifiedAt(INSTALLED), ...sources.map((source) => newestIn(join(root, source))));
  if (existsSync(join(root, 'dist', 'src')) && modifiedAt(BUILT) > changedAt) return;
  console.log('Building (npm run build) ...');
  const startedAt = new Date();
  if (!npm(['run', 'build', '--silent'], environmentFor(node))) throw new Failure('The build failed.');
  writeFileSync(BUILT, '');
  // Dated back to the start of the build, because later edits may not be part of it.
  utimesSync(BUILT, startedAt, startedAt);
}

/** @returns the path of a suitable Node.js */
export function ensureNode() {
  const own = installedNode('node', NODE_MAJOR);
  if (own !== null) return own;
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return process.execPath;
  throw new Failure(
    `Node.js ${NODE_MAJOR} or newer is needed, but this is ${process.version}, and the development dependency ` +
      `${join(MODULES, 'node')} could not be installed. Install Node.js ${NODE_MAJOR} and try again.`,
  );
}

/** Some tests run the service on the oldest supported Node.js. */
export function ensureLowestNode() {
  if (installedNode('node-lowest', 0) !== null) return;
  throw new Failure(`The oldest supported Node.js could not be installed (${join(MODULES, 'node-lowest')}).`);
}

/** @returns the path of the Node.js in a dependency; null if it is too old or can't be installed */
function installedNode(dependency, major) {
  const directory = join(MODULES, dependency);
  const own = join(directory, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (isRightNode(own, major)) return own;
  if (existsSync(join(directory, 'installArchSpecificPackage.js'))) {
    // The dependency's install script, which npm skips with --ignore-scripts.
    console.log(`Installing Node.js (${dependency}) ...`);
    spawnSync(process.execPath, ['installArchSpecificPackage.js'], { cwd: directory, stdio: 'inherit' });
  }
  return isRightNode(own, major) ? own : null;
}

/** Variables for other PostgreSQL clients on this machine, which would also change how our programs work. */
const FOREIGN = /^(PG[A-Z]+|NODE_PG_FORCE_NATIVE)$/;

/** Environment of the tools, the tests and the application. Puts `node` first on PATH. */
export function environmentFor(node, extra = {}) {
  const ours = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
  return { ...Object.fromEntries(ours), PATH: [dirname(node), process.env.PATH].join(delimiter), ...extra };
}

/** @returns the path of a command of a dependency, to be run by Node.js */
export function toolPath(name) {
  return join(MODULES, '.bin', name);
}

/** Runs a command. @returns its exit code and its output */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs npm. @returns whether it succeeded */
function npm(args, env = process.env) {
  const cli = process.env.npm_execpath ?? '';
  const isKnown = cli.endsWith('npm-cli.js');
  const options = { cwd: root, stdio: 'inherit', env, shell: !isKnown && process.platform === 'win32' };
  const { status, error } = isKnown
    ? spawnSync(process.execPath, [cli, ...args], options)
    : spawnSync('npm', args, options);
  if (error) console.error(`npm could not be started: ${error.message}`);
  return status === 0;
}

function isRightNode(path, major) {
  try {
    const version = execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return Number.parseInt(version.slice(1), 10) >= major;
  } catch {
    return false;
  }
}

function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** All files below a directory. */
export function filesIn(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((each) => {
    const path = join(directory, each.name);
    return each.isDirectory() ? filesIn(path) : [path];
  });
}

/** Time of the last change in a file or directory. Times of directories show that a file was removed. */
export function newestIn(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
