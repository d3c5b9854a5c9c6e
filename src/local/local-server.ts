import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';
import { chmod, lstat, mkdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/** Environment of a server. The user's variables (PGPORT, LC_ALL, TZ, LD_PRELOAD, …) must not change what it does. */
export const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** A server that this process started and must stop. */
export interface LocalServer {
  readonly url: string;
  readonly pid: number;
  /** Directory of the data and the log. May differ from the requested one. */
  readonly directory: string;
  stop(): Promise<void>;
}

/** User and group that run a server. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly logFile: string;
  readonly account?: Account | undefined;
  /** The complete environment; nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
  /** Sent one after another until the server has ended, each with the time to wait for the end. */
  readonly stopSignals: readonly (readonly [signal: NodeJS.Signals, patienceMs: number])[];
  /** Directory to remove if this process is killed. */
  readonly temporaryDirectory?: string;
}

/**
 * Runs a server in a process group of its own, so that Ctrl-C in a terminal reaches only the application. The
 * application stops the server when it no longer needs it.
 */
export class ServerProcess {
  readonly ended: Promise<void>;
  /** How it ended; undefined while it runs. */
  ending: string | undefined;
  isStopping = false;
  private readonly child: ChildProcess;

  constructor(private readonly command: ServerCommand) {
    const log = openSync(command.logFile, 'w', 0o600);
    this.child = spawn(command.program, command.args, {
      cwd: command.directory,
      detached: true,
      stdio: ['ignore', log, log],
      ...command.account,
      env: command.env,
    });
    closeSync(log);
    this.ended = this.awaitEnd();
    this.child.unref();
    if (this.child.pid !== undefined) this.watch(this.child.pid);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.child.ref();
    for (const [signal, patienceMs] of this.command.stopSignals) {
      if (this.ending !== undefined) return;
      this.child.kill(signal);
      if (await settlesWithin(patienceMs, this.ended)) return;
    }
    throw new Error(`Process ${this.pid} (${this.command.program}) does not stop`);
  }

  private awaitEnd(): Promise<void> {
    return new Promise((resolve) => {
      const end = (how: string): void => {
        this.ending = how;
        resolve();
      };
      this.child.once('error', (error) => {
        end(error.message);
      });
      this.child.once('exit', (code, signal) => {
        end(signal ?? `exit code ${code ?? 'unknown'}`);
      });
    });
  }

  /** Starts a shell that stops the server when its pipe to this process closes, which happens even on SIGKILL. */
  private watch(pid: number): void {
    const wait = 'n=0; while kill -0 "$2" && test $n -lt 100; do sleep 0.1; n=$((n+1)); done';
    const script = `read -r _; kill -s "$1" "$2"; test -n "$3" || exit; ${wait}; rm -rf -- "$3"`;
    const signal = this.command.stopSignals[0]?.[0].replace('SIG', '') ?? 'TERM';
    const shell = spawn('/bin/sh', ['-c', script, 'watch', signal, `${pid}`, this.command.temporaryDirectory ?? ''], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: ENVIRONMENT,
      ...this.command.account,
    });
    shell.once('error', () => undefined);
    shell.stdin.once('error', () => undefined);
    shell.unref();
    (shell.stdin as Socket).unref();
    void this.ended.then(() => shell.kill('SIGKILL'));
  }
}

/** Parent and command line of a process; null if there is no such process, or it is a zombie. */
export async function findProcess(pid: number): Promise<{ parentPid: number; command: string } | null> {
  try {
    if (process.platform !== 'linux') return await findProcessByPs(pid);
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The program name is in parentheses and may contain any character. The state and the parent follow it.
    const parentPid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return command === '' ? null : { parentPid, command };
  } catch {
    return null;
  }
}

async function findProcessByPs(pid: number): Promise<{ parentPid: number; command: string } | null> {
  const { stdout } = await run('ps', ['-ww', '-o', 'ppid=,args=', '-p', `${pid}`]);
  const [, parentPid, command] = /^\s*(\d+)\s+(.+)$/m.exec(stdout) ?? [];
  return command === undefined ? null : { parentPid: Number(parentPid), command };
}

/** Waits for a condition. @returns whether it was met before the timeout */
export async function until(isMet: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = AbortSignal.timeout(timeoutMs);
  while (!(await isMet())) {
    if (deadline.aborted) return false;
    await delay(25);
  }
  return true;
}

async function settlesWithin(timeoutMs: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(timeoutMs, false, { signal: timer.signal }).catch(() => false);
  const settled = await Promise.race([promise.then(() => true), late]);
  timer.abort();
  return settled;
}

/** Finds a free port on 127.0.0.1. Another process may take it before it is used, so be ready to try again. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}

export async function canEnter(account: Account, directory: string): Promise<boolean> {
  const entered = await run('/bin/sh', ['-c', 'cd "$0"', directory], { cwd: '/', ...account }).catch(() => null);
  return entered !== null;
}

/** Path of a directory that every user can enter, to use instead of one that the server's user can't enter. */
export function shelterFor(wanted: string): string {
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  return join(existsSync('/var/tmp') ? '/var/tmp' : tmpdir(), `webhooks-postgres-${hash}`);
}

/**
 * Creates the directory unless it exists.
 *
 * @throws if another user owns it or may write to it. Its parent is shared, so any user could have created it
 */
export async function ensureShelter(shelter: string): Promise<void> {
  const isNew = await mkdir(shelter).then(
    () => true,
    () => false,
  );
  if (isNew) await chmod(shelter, 0o755);
  const stat = await lstat(shelter);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o022) !== 0) {
    throw new Error(`${shelter} is needed, but another user owns it or may write to it.`);
  }
}
