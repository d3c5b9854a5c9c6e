// Runs a built program: node scripts/run.mjs [--build] <path of its file> [its arguments]
// With --build, installs and builds first if that is necessary, as a developer wants it. Without, never changes
// anything, as an operator wants it, and says what is missing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ensureBuild,
  ensureDependencies,
  ensureNode,
  environmentFor,
  Failure,
  newestIn,
  root,
  runMain,
} from './toolchain.mjs';

const isBuilding = process.argv[2] === '--build';
const [path = '', ...args] = process.argv.slice(isBuilding ? 3 : 2);
const file = resolve(root, path);

// A program in this process sets its own exit code.
await runMain(async () => (isBuilding ? runAfterBuild() : ((await runAsItIs()) ?? process.exitCode)));

async function runAfterBuild() {
  ensureDependencies();
  const node = ensureNode();
  ensureBuild(node);
  const child = spawn(node, [file, ...args], { stdio: 'inherit', env: environmentFor(node) });
  // A terminal sends SIGINT to both processes. This one must not end first.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const [code, signal] = await once(child, 'exit');
  return code ?? 128 + constants.signals[signal];
}

/** Runs the program in this process, so that signals and flags of Node.js need no forwarding. */
async function runAsItIs() {
  if (!existsSync(file)) throw new Failure(`${path} does not exist. Build the service first: npm ci && npm run build`);
  if (newestIn(join(root, 'src')) > newestIn(file)) {
    console.error('Warning: the sources are newer than the build, which is what runs. To update it: npm run build');
  }
  process.argv.splice(1, process.argv.length - 1, file, ...args);
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Failure(`A dependency is missing. Install all of them: npm ci\n${error.message}`);
  }
}
