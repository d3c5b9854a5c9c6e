import { spawn } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { environmentFor, filesIn, newestIn, root, toolPath } from '../toolchain.mjs';
import { reportSizes } from './sizes.mjs';

const UI = join(root, 'ui');
const DIST = join(UI, 'dist');
const STAMP = join(DIST, '.built');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const COMPRESSED = /\.(html|js|css|svg|json|txt)$/;

/** Whether ui/dist is newer than everything that it is made of. */
export function isBuilt() {
  const sources = ['src', 'public', 'index.html', 'portal.html', 'vite.config.ts', 'package.json'].map((each) =>
    join(UI, each),
  );
  const changedAt = Math.max(...[...sources, join(root, 'package-lock.json')].map(newestIn));
  return (statSync(STAMP, { throwIfNoEntry: false })?.mtimeMs ?? 0) > changedAt;
}

/** Prints the sizes of what is built. @returns the exit code */
export function reportBuilt() {
  return reportSizes(DIST) ? 0 : 1;
}

/**
 * Builds dashboard and portal, and compresses them, in a folder of its own, which then takes the place of the old files
 * at once.
 */
export async function buildDashboard(node) {
  const startedAt = new Date();
  const made = join(UI, `dist.${process.pid}`);
  const old = `${made}.old`;
  try {
    for (const options of [
      ['--outDir', made],
      ['--outDir', join(made, 'portal'), '--mode', 'portal'],
    ]) {
      const code = await runVite(node, ['build', UI, ...options, '--emptyOutDir', '--logLevel', 'warn']);
      if (code !== 0) return code;
    }
    for (const file of filesIn(made)) compress(file);
    const isSmall = reportSizes(made);
    writeFileSync(join(made, '.built'), '');
    // Dated back to the start of the build, because later edits may not be part of it.
    utimesSync(join(made, '.built'), startedAt, startedAt);
    // Both at once, because a service may be serving the old files.
    if (existsSync(DIST)) renameSync(DIST, old);
    renameSync(made, DIST);
    return isSmall ? 0 : 1;
  } finally {
    for (const folder of [made, old]) rmSync(folder, { recursive: true, force: true });
  }
}

export function serveSources(node) {
  return runVite(node, ['dev', UI]);
}

function runVite(node, args) {
  const child = spawn(node, [toolPath('vite'), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: environmentFor(node, { NODE_ENV: args[0] === 'build' ? 'production' : 'development' }),
  });
  const passOn = (signal) => child.kill(signal);
  for (const name of SIGNALS) process.on(name, passOn);
  const exit = new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
  // The caller may go on to other work, which a signal must end again.
  return exit.finally(() => {
    for (const name of SIGNALS) process.off(name, passOn);
  });
}

/** Writes the forms that browsers ask for beside a file, so that no request waits for a compression. */
function compress(file) {
  if (!COMPRESSED.test(file) || file.includes('.vite')) return;
  const bytes = readFileSync(file);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const hints = { ...quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: hints }));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}

export function ensureBuilt(node) {
  return existsSync(DIST) && isBuilt() ? Promise.resolve(0) : buildDashboard(node);
}
