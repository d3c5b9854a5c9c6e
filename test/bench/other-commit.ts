import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, ServerProcess, until } from '../../src/local/local-server.js';
import { InvalidArguments } from './arguments.js';
import type { Cleanup } from './cleanup.js';
import { type Build, HERE } from './layout.js';

/** Characters of a log that a failure shows. */
const LOG_TAIL = 2000;
const TOOL_TIMEOUT_MS = 600_000;

/** @returns the full id of a commit. @throws InvalidArguments if this repository has no such commit */
export async function findCommit(name: string): Promise<string> {
  const { stdout: inside } = await git('rev-parse', '--is-inside-work-tree').catch(() => ({ stdout: '' }));
  if (inside.trim() !== 'true') {
    throw new InvalidArguments('--against needs git, and a git checkout of the service that has the commit');
  }
  try {
    const { stdout } = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`);
    return stdout.trim();
  } catch {
    throw new InvalidArguments(
      `There is no commit ${name} in this repository. Name a commit, branch or tag that it has; ` +
        'in a shallow clone, run `git fetch --unshallow` first',
    );
  }
}

/** Checks a commit out into a temporary worktree, and builds it. */
export async function buildCommit(commit: string, cleanup: Cleanup): Promise<Build> {
  const parent = await mkdtemp(join(tmpdir(), 'webhooks-bench-against-'));
  const directory = join(parent, 'checkout');
  await cleanup.add(async () => {
    // It fails if the worktree has not been made. Nothing remains to be removed then but the directory.
    await git('worktree', 'remove', '--force', directory).catch(() => undefined);
    await rm(parent, { recursive: true, force: true });
  });
  const build = { name: commit.slice(0, 7), directory };
  process.stdout.write(`Building ${build.name} in ${directory} ...\n`);
  // A hook of the developer could do anything, and no such thing belongs into a measurement.
  await git('-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--quiet', '--detach', directory, commit);
  await installDependencies(directory, cleanup);
  const nest = join(directory, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  if (!(await succeeds(process.execPath, [nest, 'build'], directory, cleanup)))
    throw await failureOf('build', directory);
  return build;
}

/** Uses the installed dependencies if they are the same. The service needs no install scripts, so none runs. */
async function installDependencies(directory: string, cleanup: Cleanup): Promise<void> {
  const lockOf = (at: string): Promise<string> => readFile(join(at, 'package-lock.json'), 'utf8');
  const installed = join(HERE.directory, 'node_modules');
  if (existsSync(installed) && (await lockOf(directory)) === (await lockOf(HERE.directory))) {
    await symlink(installed, join(directory, 'node_modules'));
    return;
  }
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev'];
  if (await succeeds('npm', ['ci', ...options], directory, cleanup)) return;
  // npm ci refuses a lock file without the binaries for other systems. Some registries do not have them.
  if (await succeeds('npm', ['install', '--no-save', ...options], directory, cleanup)) return;
  throw await failureOf('installation of the dependencies', directory);
}

async function succeeds(program: string, args: string[], directory: string, cleanup: Cleanup): Promise<boolean> {
  const server = new ServerProcess({
    program,
    args,
    directory,
    logFile: logFileIn(directory),
    env: process.env,
    stopSignals: [
      ['SIGTERM', 2000],
      ['SIGKILL', 5000],
    ],
  });
  await cleanup.add(() => server.stop());
  // A server does not keep this process alive, but a timer does.
  if (!(await until(() => server.ending !== undefined, TOOL_TIMEOUT_MS))) {
    throw new Error(`${program} ${args.join(' ')} did not end within ${TOOL_TIMEOUT_MS / 60_000} minutes`);
  }
  if (server.isStopping) throw new Error('The bench is ending');
  return server.ending === 'exit code 0';
}

async function failureOf(what: string, directory: string): Promise<Error> {
  const log = await readFile(logFileIn(directory), 'utf8');
  return new Error(`The ${what} failed in ${directory}:\n${log.slice(-LOG_TAIL)}`);
}

/** Beside the checkout, which it must not change. */
function logFileIn(directory: string): string {
  return `${directory}.log`;
}

function git(...args: string[]): Promise<{ stdout: string }> {
  return run('git', ['-C', HERE.directory, ...args]);
}
