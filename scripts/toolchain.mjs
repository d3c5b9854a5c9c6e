// What has to be there before anything of the project can run. Nothing but Node's own modules may be imported here: on
// a fresh checkout there is nothing else, and the Node.js is whichever the machine has.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const NODE_MAJOR = 24;
const MODULES = join(root, 'node_modules');
const INSTALLED = join(MODULES, '.package-lock.json');
const BUILT = join(root, 'dist', '.built');

// Node.js and npm would make their temporary files in it.
for (const name of ['TMPDIR', 'TMP', 'TEMP']) {
  if (process.env[name] !== undefined && !statSync(process.env[name], { throwIfNoEntry: false })?.isDirectory()) {
    delete process.env[name];
  }
}

/** A failure whose message is all that its reader needs. */
export class Failure extends Error {}

/** Ends the process with the exit code that `main` returns, or with the message of the Failure that it throws. */
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
  // npm writes this file last, so an installation that was cut short is made again.
  if (modifiedAt(INSTALLED) >= modifiedAt(join(root, 'package-lock.json')) && existsSync(join(MODULES, 'typescript'))) {
    return;
  }
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--include=dev'];
  console.log('Installing dependencies (npm ci) ...');
  if (npm(['ci', ...options])) return;
  // npm ci refuses a lock file without the binaries for other systems, which a registry that lacks them leads to.
  console.log('Installing dependencies (npm install) ...');
  if (!npm(['install', '--no-save', ...options])) throw new Failure('The dependencies could not be installed.');
}

export function ensureBuild(node) {
  const configuration = ['nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', 'package.json'];
  const sources = ['src', 'ormconfig.ts', 'test/bench', 'test/faults', 'test/support', ...configuration];
  const changedAt = Math.max(modifiedAt(INSTALLED), ...sources.map((source) => newestIn(join(root, source))));
  if (existsSync(join(root, 'dist', 'src')) && modifiedAt(BUILT) > changedAt) return;
  console.log('Building (npm run build) ...');
  const startedAt = new Date();
  if (!npm(['run', 'build', '--silent'], environmentFor(node))) throw new Failure('The build failed.');
  writeFileSync(BUILT, '');
  // What was edited while the build ran may not be in it.
  utimesSync(BUILT, startedAt, startedAt);
}

/** @returns the path of a Node.js that the project runs on */
export function ensureNode() {
  const own = installedNode('node', NODE_MAJOR);
  if (own !== null) return own;
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return process.execPath;
  throw new Failure(
    `Node.js ${NODE_MAJOR} or newer is needed, this is ${process.version}, and the one that comes as a development ` +
      `dependency could not be installed (${join(MODULES, 'node')}). Install Node.js ${NODE_MAJOR} and try again.`,
  );
}

/** The tests run the service on the oldest Node.js that it promises to run on, too. */
export function ensureLowestNode() {
  if (installedNode('node-lowest', 0) !== null) return;
  throw new Failure(`The oldest Node.js that is supported could not be installed (${join(MODULES, 'node-lowest')}).`);
}

/** @returns the Node.js that comes as a dependency; null when it is too old or can't be installed */
function installedNode(dependency, major) {
  const directory = join(MODULES, dependency);
  const own = join(directory, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (isRightNode(own, major)) return own;
  if (existsSync(join(directory, 'installArchSpecificPackage.js'))) {
    // npm leaves this out where it is told to run no install scripts.
    console.log(`Installing Node.js (${dependency}) ...`);
    spawnSync(process.execPath, ['installArchSpecificPackage.js'], { cwd: directory, stdio: 'inherit' });
  }
  return isRightNode(own, major) ? own : null;
}

/** What changes how programs of ours work, and is meant for others: the clients of PostgreSQL on this machine. */
const OTHERS = /^(PG[A-Z]+|NODE_PG_FORCE_NATIVE)$/;

/** The environment in which the project's tools, its tests and the application run, on `node` too. */
export function environmentFor(node, extra = {}) {
  const ours = Object.entries(process.env).filter(([name]) => !OTHERS.test(name));
  return { ...Object.fromEntries(ours), PATH: [dirname(node), process.env.PATH].join(delimiter), ...extra };
}

/** @returns the path of a command that one of the dependencies brings; to be run by Node.js */
export function toolPath(name) {
  return join(MODULES, '.bin', name);
}

/** @returns the exit code, and what the command printed */
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

/** @returns whether it succeeded */
function npm(args, env = process.env) {
  const cli = process.env.npm_execpath ?? '';
  const isKnown = cli.endsWith('npm-cli.js');
  const options = { cwd: root, stdio: 'inherit', env, shell: !isKnown && process.platform === 'win32' };
  const { status, error } = isKnown
    ? spawnSync(process.execPath, [cli, ...args], options)
    : spawnSync('npm', args, options);
  if (error) console.error(`npm could not be run: ${error.message}`);
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

/** When anything in there changed last. Directories count too: their time tells that a file was removed. */
export function newestIn(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
