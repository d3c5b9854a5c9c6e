import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import {
  ensureBuild,
  ensureDependencies,
  ensureNode,
  environmentFor,
  newestIn,
  root,
  runMain,
  toolPath,
} from './toolchain.mjs';

/** Signals within this time count as one, because Ctrl-C reaches this process from the terminal and again from npm. */
const SAME_SIGNAL_MS = 500;
const POLL_MS = 400;
const COMPILED = join(root, 'dist', 'src');
const ENTRY = join(COMPILED, 'local', 'local.main.js');

await runMain(async () => {
  ensureDependencies();
  const node = ensureNode();
  const isWatching = process.argv.includes('--watch');
  if (!isWatching) ensureBuild(node);
  const exit = isWatching ? startAndWatch(node) : startOnce(node);
  const isWanted = process.env.UI !== 'off' || process.env.PORTAL !== 'off';
  const dashboard = isWanted ? buildDashboard(node) : null;
  const code = await exit;
  dashboard?.kill();
  return code;
});

function startOnce(node) {
  const application = startApplication(node);
  forwardSignals((signal) => application.kill(signal));
  return exitOf(application);
}

/** Builds the dashboard, if that is necessary, beside the application. Its page says so meanwhile. */
function buildDashboard(node) {
  const args = [join(root, 'scripts', 'ui.mjs'), 'build', '--if-needed'];
  const builder = spawn(node, args, { cwd: root, stdio: 'ignore', env: environmentFor(node) });
  stopWithThisProcess(builder);
  builder.once('exit', (code) => {
    if (code) console.error('The dashboard could not be built. `npm run ui:build` says why; everything else works.');
  });
  return builder;
}

function startApplication(node) {
  // In a process group of its own, the application gets signals only from this process, so each one once.
  const application = spawn(node, ['--enable-source-maps', ENTRY], {
    cwd: root,
    stdio: 'inherit',
    detached: true,
    env: environmentFor(node),
  });
  stopWithThisProcess(application);
  return application;
}

/** Starts a shell that stops the application when its pipe to this process closes, which happens even on SIGKILL. */
function stopWithThisProcess(application) {
  if (application.pid === undefined || process.platform === 'win32') return;
  const script = ['-c', 'read -r _; kill -s TERM "$1"', 'watch', String(application.pid)];
  const shell = spawn('/bin/sh', script, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  shell.once('error', () => undefined);
  application.once('exit', () => shell.kill('SIGKILL'));
}

function forwardSignals(forward) {
  let lastAt = -Infinity;
  const forwardOnce = (signal) => {
    if (performance.now() - lastAt < SAME_SIGNAL_MS) return;
    lastAt = performance.now();
    forward(signal);
  };
  process.on('SIGINT', () => forwardOnce('SIGINT'));
  process.on('SIGTERM', () => forwardOnce('SIGTERM'));
  process.on('SIGHUP', () => forwardOnce('SIGTERM'));
  if (process.env.npm_lifecycle_event !== undefined) onceNpmEnds(() => forwardOnce('SIGTERM'));
}

/** Calls back when npm, or the shell between npm and this process, has ended. npm cannot pass on every signal. */
function onceNpmEnds(callback) {
  const shell = process.ppid;
  const npm = parentOf(shell);
  const poll = setInterval(() => {
    if (process.ppid === shell && (npm === null || isAlive(npm))) return;
    clearInterval(poll);
    callback();
  }, POLL_MS);
  poll.unref();
}

/** @returns null if the parent is the init process, or unknown */
function parentOf(pid) {
  try {
    const text = existsSync('/proc/self/stat')
      ? // The program name is in parentheses and may contain any character. The state and the parent follow it.
        readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) \S+ /s, '')
      : execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' });
    const parent = Number.parseInt(text, 10);
    return parent > 1 ? parent : null;
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means that the process exists, but belongs to another user.
    return error.code === 'EPERM';
  }
}

function exitOf(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** Recompiles on changes, and restarts the application when the compiler has finished. */
async function startAndWatch(node) {
  let startedWith = Date.now();
  let newest = startedWith;
  const compile = [toolPath('nest'), 'build', '--watch', '--preserveWatchOutput'];
  const compiler = spawn(node, compile, { cwd: root, stdio: 'inherit', detached: true, env: environmentFor(node) });
  stopWithThisProcess(compiler);
  let isStopping = false;
  let application = null;
  let exit = Promise.resolve(0);
  let restarts = Promise.resolve();
  const restart = async () => {
    application?.kill('SIGTERM');
    await exit;
    if (isStopping) return;
    application = startApplication(node);
    exit = exitOf(application);
  };
  const poll = setInterval(() => {
    const previous = newest;
    newest = newestIn(COMPILED);
    if (newest <= startedWith || newest !== previous || !existsSync(ENTRY)) return;
    startedWith = newest;
    restarts = restarts.then(restart);
  }, POLL_MS);
  forwardSignals((signal) => {
    isStopping = true;
    compiler.kill('SIGTERM');
    application?.kill(signal);
  });
  await exitOf(compiler);
  clearInterval(poll);
  // Without a compiler there is nothing to watch.
  if (!isStopping) application?.kill('SIGTERM');
  isStopping = true;
  await restarts;
  return exit;
}
