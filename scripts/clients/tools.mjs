import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture, environmentFor, root } from '../toolchain.mjs';

const CACHE = join(root, '.cache', 'clients');
export const PROGRAMS = join(root, 'test', 'clients', 'programs');
const REQUIREMENTS = join(root, 'test', 'clients', 'requirements');
/** Python may be installed under either name. */
const PYTHONS = ['python3', 'python'];
const OLDEST_PYTHON = [3, 11];
/** Without a network, tests must not wait long. */
const PATIENCE = ['--retries=2', '--timeout=15'];

/** A tool that this machine lacks. Its message is the reason. */
export class Missing extends Error {}

/** Runs a command. @returns its output @throws Error with the output if it fails */
export async function run(command, args, { cwd, env = {} } = {}) {
  const { code, output } = await capture(command, args, { cwd, env: environmentFor(process.execPath, env) });
  if (code === 0) return output;
  throw new Error(`${[command, ...args].join(' ').slice(0, 300)} failed:\n${output.slice(-4000)}`);
}

/** @throws Missing if the command is not on PATH */
export async function need(command, ...args) {
  const { code, output } = await capture(command, args);
  if (code !== 0) throw new Missing(`no ${command}`);
  return output.trim();
}

/**
 * Installs Python packages into the cache, unless they are there.
 *
 * @param name file of the requirements; each has a version and hashes
 * @returns the command of Python, and the variables with which it finds the packages
 * @throws Missing if there is no suitable Python, or the packages cannot be installed
 */
export async function pythonWith(name) {
  const file = join(REQUIREMENTS, `${name}.txt`);
  const { command, version } = await findPython();
  const hash = createHash('sha256').update(readFileSync(file)).update(version).digest('hex').slice(0, 16);
  const target = join(CACHE, `${name}-${hash}`);
  // Renamed into place when it is complete.
  if (!existsSync(target)) {
    const fresh = `${target}.${process.pid}`;
    const options = ['--quiet', '--disable-pip-version-check', '--no-compile', '--no-deps', '--only-binary=:all:'];
    const args = ['-m', 'pip', 'install', ...options, ...PATIENCE, '--require-hashes', '--target', fresh, '-r', file];
    const { code, output } = await capture(command, args);
    if (code === 0) renameSync(fresh, target);
    else rmSync(fresh, { recursive: true, force: true });
    if (code !== 0) throw new Missing(`pip cannot install ${name}: ${lastLine(output)}`);
  }
  return { command, directory: target, env: { PYTHONPATH: target, PYTHONDONTWRITEBYTECODE: '1' } };
}

async function findPython() {
  for (const command of PYTHONS) {
    const { code, output } = await capture(command, ['-c', 'import sys, pip; print(sys.version_info[:2])']);
    const version = (output.match(/\d+/g) ?? []).map(Number);
    const isNewEnough = version[0] === OLDEST_PYTHON[0] && version[1] >= OLDEST_PYTHON[1];
    if (code === 0 && isNewEnough) return { command, version: output };
  }
  throw new Missing(`no Python ${OLDEST_PYTHON.join('.')} or newer with pip`);
}

function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? '';
}
